import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import type { Config } from './config.ts';

export interface Secrets {
  /** What a person or script shows to use the API. */
  adminKey: string;
  /** What the hub shows. */
  serviceToken: string;
}

/** Where the admin key is kept when the environment does not give one. */
export function adminKeyFile(dataDir: string): string {
  return join(dataDir, 'admin.key');
}

/**
 * The keys that open this service: from the environment, else from `<data>/admin.key` and `<data>/service.token`,
 * which are made at the first start. A key file that cannot be read is an error, never a reason to make a new key.
 */
export function loadSecrets(config: Config, warn: (text: string) => void = () => {}): Secrets {
  const { dataDir } = config;
  return {
    adminKey: config.adminKey ?? keptSecret(adminKeyFile(dataDir), warn),
    serviceToken: config.serviceToken ?? keptSecret(join(dataDir, 'service.token'), warn),
  };
}

/** The admin key for a client on the same machine, or null when none was made yet. Makes and mends nothing. */
export function findAdminKey(config: Config): string | null {
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
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw failure(file, 'read', error);
  }
  if (!/^[\x21-\x7e]{1,512}$/.test(text)) {
    throw failure(file, 'used', new Error('it holds no key (one line of visible characters)'));
  }
  return text;
}

function makeSecret(file: string): string {
  const secret = randomBytes(32).toString('base64url');
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  return attempt(file, 'written', () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    try {
      const handle = openSync(draft, 'wx', 0o600);
      try {
        writeSync(handle, `${secret}\n`);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      // A link fails where a rename would overwrite: of two first starts, both end up with the same key.
      linkSync(draft, file);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      return readSecret(file) ?? secret;
    } finally {
      rmSync(draft, { force: true });
    }
    syncFolder(dirname(file));
    return secret;
  });
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
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
    'Mend the file or its folder, or give the key by LEADMASTER_ADMIN_KEY and LEADMASTER_SERVICE_TOKEN.',
    { cause },
  );
}
