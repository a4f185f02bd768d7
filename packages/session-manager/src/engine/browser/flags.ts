/** What kind of binary drives the session; the shell is a third lighter and has no window (facts, Chromium 5). */
export type BrowserKind = 'headless-shell' | 'chromium' | 'chrome';

/**
 * Flags of every session's browser, each with its reason. User flags (`CHROME_ARGS`) come after them and win.
 * puppeteer adds its own defaults (no first run, no background networking, no sync, ...).
 */
const COMMON: readonly string[] = [
  // A fresh login reaches the disk after one second instead of five to sixty (facts, Chromium 1).
  '--enable-aggressive-domstorage-flushing',
  // WhatsApp's page lives in CacheStorage; the HTTP cache would only grow the profile (facts, Chromium 6).
  '--disk-cache-size=1',
  '--media-cache-size=1',
  '--disable-dev-shm-usage',
  // One page per browser: one renderer, no spare, no process for the GPU.
  '--renderer-process-limit=1',
  '--disable-site-isolation-trials',
  '--disable-gpu',
  '--in-process-gpu',
  '--no-default-browser-check',
  '--mute-audio',
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--noerrdialogs',
];

export interface FlagInput {
  visible: boolean;
  root: boolean;
  userAgent: string;
  extra: readonly string[];
}

/** The command line of a session's browser, without the profile (puppeteer adds `--user-data-dir`). */
export function browserFlags(input: FlagInput): string[] {
  const flags = [...COMMON, `--user-agent=${input.userAgent}`];
  // Chromium refuses to start as root with its sandbox on.
  if (input.root) flags.push('--no-sandbox');
  if (input.visible) flags.push('--start-maximized');
  return [...flags, ...input.extra];
}

/** A desktop Chrome of the browser's own major version: the headless kinds would name themselves as such. */
export function userAgent(major: number): string {
  return `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
}
