import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorText } from '@leadmaster/protocol';
import { isMissing } from '../files/error-code.ts';
import { SettingsFileError } from './config-error.ts';
import { readEnvFile } from './env-file.ts';
import { type UnknownName, unknownNames } from './unknown-names.ts';

/** Names and values as the outside gave them; an empty value counts as not given. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The folder that holds the whole checkout: `.env` is looked for here, and relative paths start here. */
export const CHECKOUT = resolve(import.meta.dirname, '../../../..');

const SECRET_NAMES = ['LEADMASTER_ADMIN_KEY', 'LEADMASTER_SERVICE_TOKEN', 'LEADMASTER_KEY'];

export interface Environment {
  env: Env;
  /** The settings file that was read, or null when there is none. */
  file: string | null;
  /** What stands in that file, whether or not the real environment says otherwise. */
  fromFile: Env;
  warnings: SettingWarning[];
}

/** A probable mistake in a settings file; `text` is its English. */
export type SettingWarning = { file: string; text: string } & (
  | { kind: 'open_secrets'; names: readonly string[] }
  | { kind: 'repeated'; name: string }
  | { kind: 'unknown'; name: string; meant: string | null }
);

/**
 * Everything this machine says about a service: the real environment first, then `.env` of the checkout
 * (or the file that `LEADMASTER_ENV_FILE` names) for what the real environment leaves open.
 *
 * @param known names of settings; any other name in the file gives a warning.
 * @throws SettingsFileError for lines that are no settings.
 */
export function readEnvironment(real: Env, known: readonly string[]): Environment {
  const named = real.LEADMASTER_ENV_FILE;
  const file = resolve(CHECKOUT, named || '.env');
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    // No file is the normal case; a file that was named, or is there and cannot be read, must not be passed over.
    if (!named && isMissing(error)) {
      return { env: { ...real }, file: null, fromFile: {}, warnings: [] };
    }
    throw new Error(`The settings file ${file} cannot be read: ${errorText(error)}`, { cause: error });
  }
  const { values: fromFile, problems, repeated } = readEnvFile(bytes);
  if (problems.length > 0) throw new SettingsFileError(file, problems);
  const env: Record<string, string | undefined> = { ...fromFile };
  for (const [name, value] of Object.entries(real)) if (value) env[name] = value;
  const unknown = unknownNames(Object.keys(fromFile), known);
  return {
    env,
    file,
    fromFile,
    warnings: [
      ...openSecrets(file, fromFile),
      ...repeated.map((name) => isRepeated(file, name)),
      ...unknown.map((one) => isUnknown(file, one)),
    ],
  };
}

function openSecrets(file: string, values: Env): SettingWarning[] {
  const names = SECRET_NAMES.filter((name) => values[name]);
  if (names.length === 0 || (statSync(file).mode & 0o077) === 0) return [];
  const text = `${file} holds ${names.join(' and ')} and other users can read it; run: chmod 600 ${file}`;
  return [{ kind: 'open_secrets', file, names, text }];
}

function isRepeated(file: string, name: string): SettingWarning {
  return { kind: 'repeated', file, name, text: `${file}: ${name} stands there twice; the last counts` };
}

function isUnknown(file: string, { name, meant }: UnknownName): SettingWarning {
  const mayBe = meant === null ? '' : `; did you mean ${meant}?`;
  return { kind: 'unknown', file, name, meant, text: `${file}: ${name} is no setting of LeadMaster${mayBe}` };
}
