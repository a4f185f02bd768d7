import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorText } from '@leadmaster/protocol';
import { underUtf8 } from './browser-env.ts';
import { readEnvFile } from './env-file.ts';
import { settleTempDir } from './temp-dir.ts';
import { unknownNames } from './unknown-names.ts';

/** Names and values as the outside gave them; an empty value counts as not given. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The folder that holds the whole checkout: `.env` is looked for here, and relative paths start here. */
export const CHECKOUT = resolve(import.meta.dirname, '../../../..');

const SECRET_NAMES = ['LEADMASTER_ADMIN_KEY', 'LEADMASTER_SERVICE_TOKEN'];

export interface Environment {
  env: Env;
  /** The settings file that was read, or null when there is none. */
  file: string | null;
  warnings: string[];
}

/**
 * Everything this machine says about the service: the real environment first, then `.env` of the checkout
 * (or the file that `LEADMASTER_ENV_FILE` names) for what the real environment leaves open.
 * This is the only place that reads `process.env`, and a `TMPDIR` that cannot be used is replaced in it.
 */
export function loadEnvironment(real: Env = process.env): Environment {
  const temp = settleTempDir(process.env);
  const said = temp === null ? [] : [temp];
  const named = real.LEADMASTER_ENV_FILE;
  const file = resolve(CHECKOUT, named || '.env');
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    // No file is the normal case; a file that was named, or is there and cannot be read, must not be passed over.
    if (!named && error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { env: { ...real }, file: null, warnings: said };
    }
    throw new Error(`The settings file ${file} cannot be read: ${errorText(error)}`, { cause: error });
  }
  const { values: fromFile, problems, repeated } = readEnvFile(bytes);
  if (problems.length > 0) {
    const lines = problems.map(({ line, why }) => `line ${line}: ${why}`).join('; ');
    throw new Error(`The settings file ${file} cannot be read: ${lines}`);
  }
  const env: Record<string, string | undefined> = { ...fromFile };
  for (const [name, value] of Object.entries(real)) if (value) env[name] = value;
  const told = [
    ...repeated.map((name) => `${name} stands there twice; the last counts`),
    ...unknownNames(Object.keys(fromFile)),
  ];
  return { env, file, warnings: [...said, ...openSecrets(file, fromFile), ...told.map((text) => `${file}: ${text}`)] };
}

/** The environment of this process itself, which those that it starts get: for what has to change it. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

/** Whether there is a screen that a window could open on; on other systems than Linux there is. */
export function hasScreen(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
}

/** The folders in which this process finds commands. */
export function commandPath(): string {
  return process.env.PATH ?? '';
}

/** The environment of a session's browser: this process's own, under a locale that can write every file name. */
export function browserEnvironment(): Promise<NodeJS.ProcessEnv> {
  return underUtf8(process.env);
}

/** The environment for a git that is asked about a folder: without what would make it answer for another repository. */
export function gitFreeEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
}

function openSecrets(file: string, values: Env): string[] {
  const secrets = SECRET_NAMES.filter((name) => values[name]);
  if (secrets.length === 0 || (statSync(file).mode & 0o077) === 0) return [];
  return [`${file} holds ${secrets.join(' and ')} and other users can read it; run: chmod 600 ${file}`];
}
