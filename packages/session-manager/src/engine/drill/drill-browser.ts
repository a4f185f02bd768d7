import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { browsersOn, endGroup, identify, type ProcessIdentity } from '@leadmaster/capture/processes';
import { type Census, errorText, LeadMasterError } from '@leadmaster/protocol';
import puppeteer, { type Browser } from 'puppeteer-core';
import type { BrowserFinder } from '../browser/browser-finder.ts';
import type { BrowserFound } from '../browser/find.ts';
import { takeCensus } from '../census.ts';
import { withSignal } from '../with-signal.ts';
import { drillFlags } from './flags.ts';
import { judgeLogin, READ } from './login-reading.ts';
import { networkNamespace, UNSHARE } from './namespace.ts';
import { openOfflinePage } from './offline-page.ts';

/** What a copy of a profile turned out to hold when a real browser opened it without any network. */
export interface OfflineReading {
  census: Census;
  /** Rows whose value could be read back, all stores together: as many as the census counts, if nothing is damaged. */
  readRows: number;
  /** Whether the keys of a login are there and open, each with what was seen. Never the keys themselves. */
  login: { name: string; ok: boolean; detail: string }[];
  browserVersion: string;
  /** `namespace`: the browser had no network at all; `flags`: it was only kept from using it. */
  isolation: 'namespace' | 'flags';
}

/** Opens a copy of a profile at WhatsApp's origin, offline, and reads it. The copy may be changed by it; it is never the profile itself. */
export interface DrillBrowser {
  /** @throws LeadMasterError `browser_missing`, `engine_failed`; or the signal's reason. No process is left in any case. */
  read(profileDir: string, signal: AbortSignal): Promise<OfflineReading>;
}

const LAUNCH_MS = 45_000;
const KILL_MS = 5_000;

/** Drills on the browser that sessions run on. */
export function createDrillBrowser({ browsers }: { browsers: BrowserFinder }): DrillBrowser {
  return {
    async read(profileDir, signal) {
      signal.throwIfAborted();
      const found = await browsers.find(false);
      const namespace = await networkNamespace();
      await clearSingletons(profileDir);
      const launched = launch(found, profileDir, namespace);
      try {
        const overdue = AbortSignal.any([signal, AbortSignal.timeout(LAUNCH_MS)]);
        const { browser } = await withSignal(launched, overdue);
        const reading = await withSignal(readPage(browser), signal);
        return { ...reading, browserVersion: found.version, isolation: namespace === null ? 'flags' : 'namespace' };
      } catch (error) {
        if (error instanceof LeadMasterError) throw error;
        if (signal.aborted) throw signal.reason;
        throw failed(error);
      } finally {
        await end(launched, profileDir);
      }
    },
  };
}

interface Launched {
  browser: Browser;
  identity: ProcessIdentity;
}

async function launch(found: BrowserFound, profileDir: string, namespace: readonly string[] | null): Promise<Launched> {
  const flags = drillFlags(profileDir, { isShell: found.kind === 'headless-shell', isRoot: process.getuid?.() === 0 });
  // `unshare` becomes the browser: the pipe and the pid stay.
  const [executablePath, args]: [string, string[]] =
    namespace === null ? [found.path, flags] : [UNSHARE, [...namespace, '--', found.path, ...flags]];
  const browser = await puppeteer.launch({
    executablePath,
    args,
    ignoreDefaultArgs: true,
    pipe: true,
    timeout: LAUNCH_MS,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    defaultViewport: null,
  });
  const pid = browser.process()?.pid;
  const identity = pid === undefined ? null : identify(pid);
  if (identity === null) throw new Error('the browser ended as it started');
  return { browser, identity };
}

async function readPage(browser: Browser): Promise<Pick<OfflineReading, 'census' | 'readRows' | 'login'>> {
  const page = await openOfflinePage(browser);
  const census = await takeCensus(page);
  return { census, ...judgeLogin(await page.evaluate(READ)) };
}

/** Whatever came of it, nothing of it is left. */
async function end(launched: Promise<Launched>, profileDir: string): Promise<void> {
  const known = await withSignal(launched, AbortSignal.timeout(KILL_MS)).catch(() => null);
  if (known !== null) await endGroup(known.identity, { termMs: 0, killMs: KILL_MS });
  // One that was launched and never answered: it names the copy, which nobody else does.
  for (const left of browsersOn(profileDir)) await endGroup(left, { termMs: 0, killMs: KILL_MS });
}

async function clearSingletons(profileDir: string): Promise<void> {
  for (const name of await readdir(profileDir)) {
    if (name.startsWith('Singleton')) await rm(join(profileDir, name), { force: true });
  }
}

function failed(error: unknown): LeadMasterError {
  return new LeadMasterError(
    'engine_failed',
    `The browser could not read the copy: ${errorText(error)}`,
    'Try it again; if it stays so, the copy is damaged, or the machine has no memory left.',
    { cause: error },
  );
}
