import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ASK_MS = 5_000;
const EVERY_NAME = 'C.UTF-8';
/** Of these, the first that is set decides (POSIX, 8.2). */
const CHARACTERS = ['LC_ALL', 'LC_CTYPE', 'LANG'];
const LANGUAGES = ['LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'LANG'];

/** LeadMaster's own settings, and those of the stores that it writes to. */
const OURS = /^(LEADMASTER|HUB|VAULT|AWS|POSTGRES)_|^PG[A-Z]+$|^DATABASE_URL$/;
/** What holds a secret by its name, of whichever program. `XAUTHORITY` and `GNOME_KEYRING_CONTROL` are none, and a window needs them. */
const SECRET = /(^|_)(API)?(KEY|TOKEN|SECRET|AUTH)(_|$)|PASSWORD|PASSPHRASE|(^|_)PASS(_|$)|CREDENTIAL/i;

/** An environment without what a browser has no use for: a page that breaks out of its sandbox finds no key in it. */
export function withoutSecrets(real: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(real).filter(([name]) => !OURS.test(name) && !SECRET.test(name)));
}

/**
 * The environment of a browser: that of this process, under a locale that can write every file name. Under any other, Chromium
 * opens no folder whose path is not ASCII: it starts, and its databases do not, so no page of WhatsApp ever gets to a QR.
 */
export async function underUtf8(real: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (process.platform !== 'linux' || (await isUtf8(real))) return real;
  // Chromium takes the user's language from LANGUAGE under any locale.
  const language = first(real, LANGUAGES);
  return { ...real, LC_ALL: EVERY_NAME, ...(language === undefined ? {} : { LANGUAGE: language }) };
}

/** The locale of browsers that are given an environment of their own. */
export const UTF8_LOCALE: Readonly<NodeJS.ProcessEnv> = { LC_ALL: EVERY_NAME };

/** What the C library makes of the names: a locale that is named and not installed is "C", which is ASCII. */
async function isUtf8(env: NodeJS.ProcessEnv): Promise<boolean> {
  const named = CHARACTERS.map((name) => env[name]).join('\n');
  let answer = answers.get(named);
  answer ??= charmap(env);
  answers.set(named, answer);
  return /utf-?8/i.test(await answer);
}

const answers = new Map<string, Promise<string>>();

async function charmap(env: NodeJS.ProcessEnv): Promise<string> {
  try {
    return (await run('locale', ['charmap'], { env, timeout: ASK_MS, killSignal: 'SIGKILL' })).stdout;
  } catch {
    // Not every system has the command (musl): then the name has to do.
    return first(env, CHARACTERS) ?? '';
  }
}

function first(env: NodeJS.ProcessEnv, names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
}
