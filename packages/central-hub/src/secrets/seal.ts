import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, statSync } from 'node:fs';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { makePrivateFile } from '@leadmaster/service-kit/files';

const CIPHER = 'aes-256-gcm';
const FORM = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** One line of visible characters, of at least 128 bits where they are random. */
const SECRET = /^[\x21-\x7e]{22,512}$/;

/** Seals what the hub must keep and be able to read again, such as the tokens of machines, under the hub's secret. */
export class Seal {
  readonly #secret: string;
  readonly #key: Buffer;

  /** `secret`: the content of `HUB_SECRET_FILE`. */
  constructor(secret: string) {
    this.#secret = secret;
    this.#key = this.keyFor('seal');
  }

  /** For the backup of the hub alone, which the vault seals. */
  get secret(): string {
    return this.#secret;
  }

  /** A key of its own for each purpose: one that comes out tells nothing of the others, nor of the secret. */
  keyFor(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, '', `leadmaster hub ${purpose}`, 32));
  }

  /** Another text each time. `about`: whose it is, as `machine:m1`; it opens under the same name alone. */
  seal(text: string, about: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(about));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [FORM, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  /** @throws LeadMasterError `hub_secret_wrong` where it was sealed under another secret or name, or was changed. */
  open(sealed: string, about: string): string {
    try {
      return this.#decrypt(sealed, about);
    } catch (cause) {
      throw new LeadMasterError(
        'hub_secret_wrong',
        `What the hub has sealed (${about}) does not open: the hub's secret is another one, or the database was changed.`,
        'Put back the file that HUB_SECRET_FILE names as it was when the database was written; with several hubs, all of them need the same.',
        { cause },
      );
    }
  }

  #decrypt(sealed: string, about: string): string {
    const [form, nonce = '', body = '', ...more] = sealed.split('.');
    if (form !== FORM || more.length > 0) throw new Error('not of a form that is known here');
    const bytes = Buffer.from(body, 'base64url');
    // Several texts stand for the same bytes; only the one that was written is taken.
    if (bytes.toString('base64url') !== body) throw new Error('not as it was written');
    const decipher = createDecipheriv(CIPHER, this.#key, Buffer.from(nonce, 'base64url'), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }
}

/**
 * The seal under the secret in a file. A missing file is made (0600, durable) where this hub is the only one on its
 * database; hubs that share one need the same secret, so none of them makes its own. A file that cannot be read is an
 * error, never a reason to make another.
 * @throws LeadMasterError `hub_secret_wrong`, `storage_failed`.
 */
export function loadSeal(file: string, mayMake: boolean, warn: (text: string) => void = () => {}): Seal {
  const found = readSecret(file);
  if (found !== null) {
    keepPrivate(file, warn);
    return new Seal(found);
  }
  if (!mayMake) throw missing(file);
  return new Seal(make(file));
}

/** The secret in a file; null where there is no file. @throws LeadMasterError `hub_secret_wrong`, `storage_failed`. */
export function readSecret(file: string): string | null {
  let text: string;
  try {
    // A pipe would never end.
    if (!statSync(file).isFile()) throw new Error('it is not a regular file');
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw failed(file, 'read', error);
  }
  if (SECRET.test(text)) return text;
  throw new LeadMasterError(
    'hub_secret_wrong',
    `The file ${file} holds no secret of a hub: one line of 22 to 512 visible characters.`,
    'Put back the file as it was, from another hub or from a backup.',
  );
}

function make(file: string): string {
  const secret = randomBytes(32).toString('base64url');
  try {
    // Of two that make it at once, one wins, and both use its secret.
    return makePrivateFile(file, `${secret}\n`) ? secret : (readSecret(file) ?? secret);
  } catch (error) {
    throw error instanceof LeadMasterError ? error : failed(file, 'written', error);
  }
}

function keepPrivate(file: string, warn: (text: string) => void): void {
  if ((statSync(file).mode & 0o077) === 0) return;
  try {
    chmodSync(file, 0o600);
    warn(`${file} could be read by other users; it is now private`);
  } catch {
    // On a disk that takes no changes, as secrets are often given to a container, this is the operator's to decide.
    warn(`${file} can be read by other users, and its permissions cannot be changed`);
  }
}

function missing(file: string): LeadMasterError {
  return new LeadMasterError(
    'hub_secret_wrong',
    `The file ${file} with the secret of the hub is missing. Hubs on one PostgreSQL need the same secret, so none is made here.`,
    `Copy the file from another hub of this database. For the first one: (umask 077; head -c 32 /dev/urandom | base64 > '${file}').`,
  );
}

function failed(file: string, done: string, cause: unknown): LeadMasterError {
  return new LeadMasterError(
    'storage_failed',
    `The file ${file} with the secret of the hub cannot be ${done}: ${errorText(cause)}.`,
    'Let the user who runs the hub read the file, or let HUB_SECRET_FILE name another place.',
    { cause },
  );
}
