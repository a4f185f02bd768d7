import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import {
  type BrowserFound,
  FETCHED_DIR,
  findBrowser,
  installCommand,
  isDebian,
} from '@leadmaster/session-manager/browser';
import { ENGLISH, type Words } from '../words/words.ts';

export interface EnsureBrowserOptions {
  chromePath: string | null;
  visible: boolean;
  /** Told of each step, for people. */
  say: (text: string) => void;
  /** Of the terminal; English unless given. */
  words?: Words;
  /** Replaces its last line on a terminal, to show how far a download is. */
  progress?: (text: string) => void;
  /** For tests: how things are brought and looked for. */
  means?: Partial<Means>;
}

/** Told how far a download is: of what, and megabytes. */
type OnMegabytes = (what: string, done: number, total: number) => void;

export interface Means {
  find(options: { chromePath: string | null; visible: boolean }): Promise<BrowserFound>;
  mayUseApt(): boolean;
  apt(packageName: string, say: (text: string) => void): Promise<void>;
  fetch(name: 'chrome' | 'chrome-headless-shell', onMegabytes: OnMegabytes): Promise<void>;
}

/**
 * The browser to use; brought here first if there is none: by apt on Debian, else the current stable one by
 * `@puppeteer/browsers`. A `CHROME_PATH` that is wrong is never made up for.
 *
 * @throws LeadMasterError `browser_missing` with the one command to run by hand.
 */
export async function ensureBrowser(options: EnsureBrowserOptions): Promise<BrowserFound> {
  const { chromePath, visible, say, words: { service } = ENGLISH, progress = () => {} } = options;
  const means: Means = { find: findBrowser, mayUseApt, apt, fetch: fetchBrowser, ...options.means };
  try {
    return await means.find({ chromePath, visible });
  } catch (error) {
    if (chromePath !== null || !(error instanceof LeadMasterError) || error.code !== 'browser_missing') throw error;
    say(error.message);
  }
  const failures: string[] = [];
  if (means.mayUseApt()) {
    const name = visible ? 'chromium' : 'chromium-headless-shell';
    say(service.installing(name));
    await means.apt(name, say).catch((error: unknown) => failures.push(`apt: ${errorText(error)}`));
    const found = await means.find({ chromePath, visible }).catch(() => null);
    if (found !== null) return found;
  }
  say(service.fetching(FETCHED_DIR));
  const name = visible ? 'chrome' : 'chrome-headless-shell';
  const onMegabytes = (what: string, done: number, total: number): void =>
    progress(`  ${service.megabytes(what, done, total)}`);
  await means.fetch(name, onMegabytes).catch((error: unknown) => failures.push(`fetch: ${errorText(error)}`));
  return means.find({ chromePath, visible }).catch((error: unknown) => {
    const why = [errorText(error), ...failures].join(' ');
    throw new LeadMasterError('browser_missing', why, `Run: ${installCommand(visible)}`, { cause: error });
  });
}

/** Ubuntu has apt too, but its package only points to a snap, which cannot use our profiles. */
function mayUseApt(): boolean {
  return process.getuid?.() === 0 && isDebian() && existsSync('/usr/bin/apt-get');
}

async function apt(packageName: string, say: (text: string) => void): Promise<void> {
  // Old lists are no reason to give up: the package may be in them anyway.
  await run('apt-get', ['update', '-q']).catch((error: unknown) => say(`apt-get update: ${errorText(error)}`));
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', packageName]);
}

function run(command: string, args: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
  }
  child.on('error', reject);
  child.on('close', (code) => {
    if (code === 0) resolve();
    else reject(new Error(said.trim().split('\n').slice(-3).join(' ') || `${command} ended with ${code}`));
  });
  return promise;
}

async function fetchBrowser(name: 'chrome' | 'chrome-headless-shell', onMegabytes: OnMegabytes): Promise<void> {
  const { Browser, detectBrowserPlatform, install, resolveBuildId } = await import('@puppeteer/browsers');
  const browser = name === 'chrome' ? Browser.CHROME : Browser.CHROMEHEADLESSSHELL;
  const platform = detectBrowserPlatform();
  if (platform === undefined) throw new Error(`there is no Chrome for ${process.platform} ${process.arch}`);
  const buildId = await resolveBuildId(browser, platform, 'stable');
  const downloadProgressCallback = (done: number, total: number): void => {
    onMegabytes(`${name} ${buildId}`, Math.round(done / 1e6), Math.round(total / 1e6));
  };
  await install({ browser, buildId, platform, cacheDir: FETCHED_DIR, downloadProgressCallback });
}
