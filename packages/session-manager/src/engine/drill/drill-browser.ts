import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endGroup } from '@leadmaster/capture/processes';
import { type Census, errorText, LeadMasterError } from '@leadmaster/protocol';
import { deadline, withSignal } from '@leadmaster/service-kit/wait';
import type { Browser } from 'puppeteer-core';
import type { BrowserFinder } from '../browser/browser-finder.ts';
import { takeCensus } from '../census.ts';
import { drillFlags } from './flags.ts';
import { judgeLogin, LOGIN_ITEMS, type LoginCheck } from './login.ts';
import { networkNamespace } from './namespace.ts';
import { openOfflinePage } from './offline-page.ts';
import { didNotStart, type OfflineProcess, startOffline } from './offline-process.ts';
import { readEverything, readNumbers, readRows } from './reading.ts';

/** What a copy of a profile turned out to hold when a real browser opened it without any network. */
export interface OfflineReading {
  census: Census;
  /** Rows whose value could be read back, all stores together: as many as the census counts, if nothing is damaged. */
  readRows: number;
  /** Whether the parts of a login are there and open, each with what was seen. Never the keys themselves. */
  login: LoginCheck[];
  browserVersion: string;
  /** `namespace`: the browser had no network at all; `flags`: it was only kept from using it. */
  isolation: 'namespace' | 'flags';
}

/** Opens a copy of a profile at WhatsApp's origin, offline, and reads it. The copy may be changed by it; it is never the profile itself. */
export interface DrillBrowser {
  /**
   * Takes as long as the signal allows.
   *
   * @throws LeadMasterError `browser_missing`, `browser_failed` (it did not start: the copy is not judged),
   * `engine_failed` (it could not read the copy), `browser_not_gone`; or the signal's reason. No process is left but in
   * the case of `browser_not_gone`.
   */
  read(profileDir: string, signal: AbortSignal): Promise<OfflineReading>;
  /**
   * Only how new each database of the copy is: IndexedDB's version / 10 - 1 by name (whatsapp-web-2026, 7.3). Throws like
   * `read`.
   */
  numbers(profileDir: string, signal: AbortSignal): Promise<Record<string, number>>;
}

export interface DrillOptions {
  browsers: Pick<BrowserFinder, 'find'>;
  /** How to take the network away; for tests of what holds without it. */
  namespace?: () => Promise<readonly string[] | null>;
}

const START_MS = 45_000;
const KILL_MS = 5_000;

/** Drills on the browser that sessions run on. */
export function createDrillBrowser({ browsers, namespace = networkNamespace }: DrillOptions): DrillBrowser {
  const open = async <T>(profileDir: string, signal: AbortSignal, look: (browser: Browser) => Promise<T>) => {
    signal.throwIfAborted();
    const { path, kind, version } = await browsers.find(false);
    const without = await namespace();
    await clearSingletons(profileDir);
    const flags = drillFlags(profileDir, { isShell: kind === 'headless-shell', isRoot: process.getuid?.() === 0 });
    const homeDir = await mkdtemp(join(tmpdir(), 'lm-drill-'));
    try {
      signal.throwIfAborted();
      const browser = startOffline({ path, flags, namespace: without, homeDir });
      const seen = await lookThenEnd(browser, signal, look);
      const isolation: OfflineReading['isolation'] = without === null ? 'flags' : 'namespace';
      return { seen, browserVersion: version, isolation };
    } finally {
      await rm(homeDir, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  return {
    async read(profileDir, signal) {
      const { seen, ...how } = await open(profileDir, signal, readPage);
      return { ...seen, ...how };
    },
    async numbers(profileDir, signal) {
      const look = async (browser: Browser) => readNumbers(await openOfflinePage(browser));
      return (await open(profileDir, signal, look)).seen;
    },
  };
}

/** In any case, no process is left. It need not close in order: the copy is no longer needed. */
async function lookThenEnd<T>(
  started: OfflineProcess,
  signal: AbortSignal,
  look: (browser: Browser) => Promise<T>,
): Promise<T> {
  try {
    const browser = await connect(started, signal);
    return await withSignal(look(browser), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LeadMasterError) throw error;
    throw new LeadMasterError(
      'engine_failed',
      `The browser could not read the copy: ${errorText(error)}`,
      'Try it again; if it stays so, the copy is damaged, or the machine has no memory left.',
      { cause: error },
    );
  } finally {
    await endGroup(started.identity, { termMs: 0, killMs: KILL_MS });
    started.transport.close();
  }
}

async function connect({ transport, complaints }: OfflineProcess, signal: AbortSignal): Promise<Browser> {
  const overdue = deadline(START_MS, signal);
  try {
    // Reading takes as long as it takes: `signal` is its deadline.
    const { default: puppeteer } = await import('puppeteer-core');
    return await withSignal(puppeteer.connect({ transport, defaultViewport: null, protocolTimeout: 0 }), overdue);
  } catch (error) {
    signal.throwIfAborted();
    throw didNotStart((await complaints()) || errorText(error), error);
  }
}

type PageReading = Pick<OfflineReading, 'census' | 'readRows' | 'login'>;

async function readPage(browser: Browser): Promise<PageReading> {
  const page = await openOfflinePage(browser);
  const census = await takeCensus(page);
  const found = await readEverything(page, LOGIN_ITEMS);
  return { census, readRows: readRows(found), login: judgeLogin(found) };
}

/** A profile that was copied as it ran names the browser it ran in. */
async function clearSingletons(profileDir: string): Promise<void> {
  for (const name of await readdir(profileDir)) {
    if (name.startsWith('Singleton')) await rm(join(profileDir, name), { force: true });
  }
}
