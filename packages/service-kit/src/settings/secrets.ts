import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { isMissing } from '../files/error-code.ts';
import { makePrivateFile } from '../files/private-file.ts';

export interface Secrets {
  /** What an operator or script shows to use the API. */
  adminKey: string;
  /** What the hub shows. */
  serviceToken: string;
}

/** Where keys are kept, and those that the settings give. */
export interface SecretSettings {
  dataDir: string;
  adminKey: string | null;
  serviceToken: string | null;
}

/** Where the admin key is kept when the environment does not give one. */
export function adminKeyFile(dataDir: string): string {
  return join(dataDir, 'admin.key');
}

/**
 * The keys that open this service: from the environment, else from `<data>/admin.key` and `<data>/service.token`,
 * which are made at the first start. A key file that cannot be read is an error, never a reason to make a new key.
 */
export function loadSecrets(config: SecretSettings, warn: (text: string) => void = () => {}): Secrets {
  const { dataDir } = config;
  return {
    adminKey: config.adminKey ?? keptSecret(adminKeyFile(dataDir), warn),
    serviceToken: config.serviceToken ?? keptSecret(join(dataDir, 'service.token'), warn),
  };
}

/** The admin key for a client on the same machine, or null when none was made yet. Makes and repairs nothing. */
export function findAdminKey(config: Omit<SecretSettings, 'serviceToken'>): string | null {
  return config.adminKey ?? readSecret(adminKeyFile(config.dataDir));
}

function keptSecret(file: string, warn: (text: string) => void): string {
  const found = readSecret(file);
  if (found === null) return makeSecret(file);
  if ((lstatSync(file).mode & 0o777) !== 0o600) {
    warn(`${file} could be read by other users; it is now private, but change the key if others use this machine`);
    attempt(file, 'made private', () => chmodSync(file, 0o600));
  }
  return found;
}

function readSecret(file: string): string | null {
  let text: string;
  try {
    if (!lstatSync(file).isFile()) throw new Error('it is not a regular file');
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (isMissing(error)) return null;
    throw failure(file, 'read', error);
  }
  if (!/^[\x21-\x7e]{1,512}$/.test(text)) {
    throw failure(file, 'used', new Error('it holds no key (one line of visible characters)'));
  }
  return text;
}

/** 256 random bits. One that began with "-" would be taken for an option where it is typed as an argument. */
function randomSecret(): string {
  for (;;) {
    const secret = randomBytes(32).toString('base64url');
    if (/^[A-Za-z0-9]/.test(secret)) return secret;
  }
}

function makeSecret(file: string): string {
  const secret = randomSecret();
  return attempt(file, 'written', () => (makePrivateFile(file, `${secret}\n`) ? secret : (readSecret(file) ?? secret)));
}

function attempt<T>(file: string, done: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof LeadMasterError) throw error;
    throw failure(file, done, error);
  }
}

function failure(file: string, done: string, cause: unknown): LeadMasterError {
  return new LeadMasterError(
    'storage_failed',
    `The key file ${file} cannot be ${done}: ${errorText(cause)}`,
    'Fix the file or its folder, or give the key by LEADMASTER_ADMIN_KEY and LEADMASTER_SERVICE_TOKEN.',
    { cause },
  );
}
