import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import { prepareDocument } from './page/prepare.ts';
import { listenForSignals } from './page/signals.ts';

/** What whatsapp-web.js asks for when it is put into a page (its `ExposeAuthStore` and `inject`). */
const INJECTED_INTO: readonly string[] = [
  'WAWebSocketModel',
  'WAWebCmd',
  'WAWebConnModel',
  'WAWebOfflineHandler',
  'WAWebAltDeviceLinkingApi',
  'WABase64',
  'WAWebCompanionRegClientUtils',
  'WAWebAdvSignatureApi',
  'WAWebUserPrefsInfoStore',
  'WAWebSignalStoreApi',
  'WAWebUserPrefsMultiDevice',
];

/** How long a page with modules may go without saying its version before that is looked up. */
const VERSION_WAIT_MS = 3_000;
const LOOK_EVERY_MS = 100;

/**
 * Waits until the document can take whatsapp-web.js, which itself throws at the first module that is not there yet. Resolves
 * to the page's version, or to null after `deadlineMs`: the library then says what it misses.
 */
export async function prepare(page: Page, deadlineMs: number): Promise<string | null> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const { hasModules, isReady, version } = await page.evaluate(prepareDocument, INJECTED_INTO, VERSION_WAIT_MS);
    const isOver = isReady || performance.now() >= deadline;
    // Not only with the version: a page that refuses the terms says so once, and then logs itself out.
    if (hasModules || isOver) await page.evaluate(listenForSignals);
    if (isOver) return version;
    await sleep(LOOK_EVERY_MS);
  }
}
