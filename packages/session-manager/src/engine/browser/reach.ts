import { endGroup, identifyChild } from '@leadmaster/capture/processes';
import { errorText, LeadMasterError, type Unreachable } from '@leadmaster/protocol';
import { isOverdue } from '@leadmaster/service-kit/wait';
import puppeteer, { type Browser, type LaunchOptions } from 'puppeteer-core';
import { browserEnvironment } from '../../config/browser-machine.ts';
import { PAGE_URL } from '../page-url.ts';
import { unreachableByStatus, unreachableFrom } from '../unreachable.ts';
import type { BrowserFound } from './find.ts';
import { browserFlags, userAgent } from './flags.ts';

const LAUNCH_MS = 30_000;
const ANSWER_MS = 20_000;
const KILL_MS = 5_000;
const NO_ANSWER: Unreachable = { by: 'other', detail: `no answer in ${ANSWER_MS / 1000} s` };

/**
 * Asks for the page of WhatsApp Web as a session's browser would: the same binary, flags, proxies and environment, on an
 * empty profile that is gone afterwards. No script of the page runs, so that nothing is linked or announced. Null = it is
 * reached.
 *
 * @throws LeadMasterError `browser_failed` when the browser does not start, which says nothing of the network.
 */
export async function reachWhatsApp(found: BrowserFound, chromeArgs: readonly string[]): Promise<Unreachable | null> {
  const browser = await launch(found, chromeArgs);
  const pid = browser.process()?.pid;
  const identity = pid === undefined ? null : identifyChild(pid);
  try {
    return await ask(browser);
  } finally {
    // Takes its temporary profile along, as a signal to this process does.
    await browser.close().catch(() => undefined);
    if (identity !== null) await endGroup(identity, { termMs: 0, killMs: KILL_MS });
  }
}

async function launch({ path, kind, major }: BrowserFound, extra: readonly string[]): Promise<Browser> {
  const root = process.getuid?.() === 0;
  const options: LaunchOptions = {
    executablePath: path,
    headless: kind === 'headless-shell' ? 'shell' : true,
    args: browserFlags({ visible: false, root, userAgent: userAgent(major), extra }),
    env: await browserEnvironment(),
    pipe: true,
    timeout: LAUNCH_MS,
  };
  try {
    return await puppeteer.launch(options);
  } catch (error) {
    throw new LeadMasterError(
      'browser_failed',
      `${path} did not start: ${errorText(error)}`,
      'See that the browser starts for this user, and that memory is free.',
      { cause: error },
    );
  }
}

async function ask(browser: Browser): Promise<Unreachable | null> {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(false);
  try {
    const answer = await page.goto(PAGE_URL, { waitUntil: 'domcontentloaded', timeout: ANSWER_MS });
    return answer === null ? null : unreachableByStatus(answer.status());
  } catch (error) {
    const found = isOverdue(error) ? NO_ANSWER : unreachableFrom(errorText(error));
    if (found === null) throw error;
    return found;
  }
}
