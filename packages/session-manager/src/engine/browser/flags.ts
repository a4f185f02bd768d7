/** What kind of binary drives the session; the shell is much lighter and has no window (facts, Chromium 5). */
export type BrowserKind = 'headless-shell' | 'chromium' | 'chrome';

/**
 * Flags of every session's browser, each with its reason; figures are of one session with a realistic page
 * (bench/README.md). User flags (`CHROME_ARGS`) come after them and win. puppeteer adds its own defaults (no first run, no
 * background networking, no sync, no crash reporter, nothing in /dev/shm, ...) and joins lists of features.
 *
 * Left out on purpose: without site isolation, and with V8 told to be small or lazy, it costs as much or more and is less
 * safe (a V8 flag also throws away the compiled code that the profile keeps, and doubles the start); without a zygote
 * the renderers share less; without the software rasterizer 14 MB less, but no WebGL, which every desktop browser has.
 */
const COMMON: readonly string[] = [
  // A fresh login reaches the disk after one second instead of five to sixty (facts, Chromium 1).
  '--enable-aggressive-domstorage-flushing',
  // WhatsApp's page lives in CacheStorage; the HTTP cache would only grow the profile (facts, Chromium 6). The headless
  // shell does not heed these two.
  '--disk-cache-size=1',
  '--media-cache-size=1',
  // One page per browser. Keeps the full Chromium from holding a spare renderer: 8 MB and a tenth of a start's work.
  '--renderer-process-limit=1',
  // 11 to 15 MB and 3% of a start's work less. On Linux the network service has no sandbox of its own to lose.
  '--enable-features=NetworkServiceInProcess2',
  // No graphics driver: the page is never shown. What is left of that process then needs none of its own.
  '--disable-gpu',
  '--in-process-gpu',
  // A visible window (LOGIN_MODE=local) asks nothing and makes no noise.
  '--no-default-browser-check',
  '--mute-audio',
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
