import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { commandPath } from '../../config/browser-machine.ts';
import { CHECKOUT } from '../../config/env.ts';
import type { BrowserKind } from './flags.ts';
import { realBinary } from './real-binary.ts';

/** A browser that was asked for its version and answered. */
export interface BrowserFound {
  /** The binary itself, never a wrapper: signals must reach the browser, and its pid must be the one we started. */
  path: string;
  kind: BrowserKind;
  /** As it names itself, such as "Chromium". */
  product: string;
  version: string;
  major: number;
}

export interface FindOptions {
  /** `CHROME_PATH`: then no other is considered. */
  chromePath: string | null;
  /** A window is needed, so not the headless shell. */
  visible: boolean;
  /** For tests: a tree to look in instead of the machine's, and its PATH. */
  root?: string;
  searchPath?: string;
  /** Where `npm start` puts a browser that it had to fetch itself. */
  fetchedDir?: string;
}

/** Browsers fetched by `npm start`, beside the code: a data folder may move to another machine, a browser may not. */
export const FETCHED_DIR = join(CHECKOUT, '.browsers');

const PLACES: readonly { kind: BrowserKind; paths: readonly string[]; commands: readonly string[] }[] = [
  {
    kind: 'headless-shell',
    paths: ['/usr/lib/chromium/chromium-headless-shell', '/usr/lib64/chromium-browser/headless_shell'],
    commands: ['chromium-headless-shell', 'chrome-headless-shell'],
  },
  {
    kind: 'chromium',
    paths: ['/usr/lib/chromium/chromium', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
    commands: ['chromium', 'chromium-browser'],
  },
  {
    kind: 'chrome',
    paths: ['/opt/google/chrome/chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
    commands: ['google-chrome-stable', 'google-chrome', 'chrome'],
  },
];

/** Names of what `@puppeteer/browsers` fetches, by kind. */
const FETCHED: Partial<Record<BrowserKind, string>> = { 'headless-shell': 'chrome-headless-shell', chrome: 'chrome' };

/**
 * The browser to run sessions in: the one named by `CHROME_PATH`, else the lightest installed one that will do.
 *
 * @throws LeadMasterError `browser_missing`, with the one command that brings a browser.
 */
export async function findBrowser(options: FindOptions): Promise<BrowserFound> {
  if (options.chromePath !== null) return named(options.chromePath, options.visible);
  const unusable: string[] = [];
  for (const { path, kind } of candidates(options)) {
    try {
      return await ask(realBinary(path, options.root ?? '/'), kind);
    } catch (error) {
      unusable.push(`${path}: ${errorText(error)}`);
    }
  }
  const found =
    unusable.length === 0 ? 'No browser is installed' : `No installed browser can be used (${unusable.join('; ')})`;
  const wanted = options.visible ? ' that can show a window (LOGIN_MODE=local)' : '';
  throw new LeadMasterError(
    'browser_missing',
    `${found}${wanted}.`,
    `Run: ${installCommand(options.visible, options.root)}`,
  );
}

/** The one command that brings a browser to this machine. Ubuntu's own package is only a pointer to a snap. */
export function installCommand(visible: boolean, root = '/'): string {
  if (isDebian(root)) return `sudo apt-get install -y ${visible ? 'chromium' : 'chromium-headless-shell'}`;
  const name = visible ? 'chrome' : 'chrome-headless-shell';
  return `npx @puppeteer/browsers install ${name}@stable --path ${FETCHED_DIR}`;
}

/** Whether Debian's own Chromium packages are to be had here. */
export function isDebian(root = '/'): boolean {
  try {
    return /^ID="?debian"?$/m.test(readFileSync(join(root, 'etc/os-release'), 'utf8'));
  } catch {
    return false;
  }
}

function* candidates(options: FindOptions): Generator<{ path: string; kind: BrowserKind }> {
  const root = options.root ?? '/';
  const folders = (options.searchPath ?? commandPath()).split(delimiter).filter((folder) => folder !== '');
  for (const { kind, paths, commands } of PLACES) {
    if (options.visible && kind === 'headless-shell') continue;
    const fetched = FETCHED[kind];
    const places = [
      ...paths.map((path) => join(root, path)),
      ...commands.flatMap((command) => folders.map((folder) => join(folder, command))),
      ...(fetched === undefined ? [] : fetchedBinaries(options.fetchedDir ?? FETCHED_DIR, fetched)),
    ];
    for (const path of places) if (existsSync(path)) yield { path, kind };
  }
}

/** `@puppeteer/browsers` lays out `<dir>/<name>/<platform>-<version>/<name>-<platform>/<name>`; newest first. */
function fetchedBinaries(dir: string, name: string): string[] {
  const builds = listFolder(join(dir, name)).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return builds.flatMap((build) => {
    const inside = join(dir, name, build);
    return listFolder(inside).map((folder) => join(inside, folder, name));
  });
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

async function named(chromePath: string, visible: boolean): Promise<BrowserFound> {
  const refuse = (why: string): never => {
    throw new LeadMasterError(
      'browser_missing',
      `CHROME_PATH=${chromePath}: ${why}.`,
      `Give the path of Chromium, Chrome or the headless shell itself, or leave CHROME_PATH out to have one found.`,
    );
  };
  if (!existsSync(chromePath)) return refuse('there is no such file');
  if (statSync(chromePath).isDirectory()) return refuse('that is a folder');
  const browser = await ask(realBinaryOr(chromePath, refuse), null).catch((error: unknown) => refuse(errorText(error)));
  if (visible && browser.kind === 'headless-shell') {
    return refuse('the headless shell has no window, and LOGIN_MODE=local needs one');
  }
  return browser;
}

function realBinaryOr(path: string, refuse: (why: string) => never): string {
  try {
    return realBinary(path, '/');
  } catch (error) {
    return refuse(errorText(error));
  }
}

const run = promisify(execFile);
const answers = new Map<string, BrowserFound>();

/** Has the binary say its version, once for each build of it: an upgrade in place is asked again. */
async function ask(path: string, kind: BrowserKind | null): Promise<BrowserFound> {
  const { mtimeMs, size, ino } = statSync(path);
  const key = `${path} ${ino} ${mtimeMs} ${size} ${kind}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  const { stdout } = await run(path, ['--version'], { timeout: 15_000, killSignal: 'SIGKILL' }).catch(
    (error: unknown) => {
      throw new Error(`it does not start (${firstLine(error)})`, { cause: error });
    },
  );
  const [, product, version] = /^(.+?) (\d+(?:\.\d+)+)/.exec(stdout.trim()) ?? [];
  if (product === undefined || version === undefined || !/chrom|headless|edge|brave/i.test(product)) {
    throw new Error(`it is no browser of the Chromium family (it says "${stdout.trim().slice(0, 80)}")`);
  }
  const found = { path, kind: kind ?? kindOf(path, product), product, version, major: Number.parseInt(version, 10) };
  answers.set(key, found);
  return found;
}

function kindOf(path: string, product: string): BrowserKind {
  if (/headless[-_]shell$/.test(path)) return 'headless-shell';
  return /chromium/i.test(product) ? 'chromium' : 'chrome';
}

function firstLine(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return (stderr || errorText(error)).split('\n')[0] ?? '';
}
