import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SignInRecord } from '../store/records.ts';
import type { SignIns as StoredSignIns } from '../store/sign-ins.ts';
import { type Caller, OPERATOR } from './caller.ts';
import type { KeyRing } from './key-ring.ts';
import { newSecret } from './key-text.ts';

/** How long a browser stays signed in. */
export const SIGN_IN_MS = 7 * 86_400_000;
/** How long the code of a link can be used. */
const CODE_MS = 10 * 60_000;

/** A browser that was signed in: the secret of its cookie, and whom it stands for. */
export interface SignedIn {
  cookie: string;
  caller: Caller;
}

/**
 * Browsers that are signed in, and the codes of links that sign one in. Each stands for a key and opens nothing that the key does not
 * open now. The store has hashes alone.
 */
export class SignIns {
  readonly #stored: StoredSignIns;
  readonly #ring: KeyRing;
  readonly #adminKey: string;

  constructor({ stored, ring, adminKey }: { stored: StoredSignIns; ring: KeyRing; adminKey: string }) {
    this.#stored = stored;
    this.#ring = ring;
    this.#adminKey = adminKey;
  }

  /** Signs a browser in for a caller who has shown a key. */
  async open(caller: Caller): Promise<SignedIn> {
    const cookie = newSecret();
    await this.#stored.put('cookie', idOf(cookie), this.#recordOf(caller, cookie), SIGN_IN_MS);
    return { cookie, caller: { ...caller, signIn: idOf(cookie) } };
  }

  /** A code that signs a browser in once, as this caller. */
  async makeCode(caller: Caller): Promise<{ code: string; expiresAt: Date }> {
    const code = newSecret();
    const expiresAt = new Date(Date.now() + CODE_MS);
    await this.#stored.put('code', idOf(code), this.#recordOf(caller, code), CODE_MS);
    return { code, expiresAt };
  }

  /** Uses a code up. Null where it was used before, its time is over, or its key opens nothing from this address. */
  async useCode(code: string, address: string): Promise<Caller | null> {
    const record = await this.#stored.take('code', idOf(code));
    return record === null ? null : this.#callerOf(record, code, address);
  }

  /** Who has the cookie; null where it opens nothing, from this address, now. */
  async find(cookie: string, address: string): Promise<Caller | null> {
    const id = idOf(cookie);
    const record = await this.#stored.find('cookie', id);
    const caller = record === null ? null : await this.#callerOf(record, cookie, address);
    return caller === null ? null : { ...caller, signIn: id };
  }

  /** Whether a sign-in has not ended, by its id. */
  async isOpen(signIn: string): Promise<boolean> {
    return (await this.#stored.find('cookie', signIn)) !== null;
  }

  /** Ends the sign-in of a cookie, where there is one. */
  async end(cookie: string): Promise<void> {
    await this.#stored.take('cookie', idOf(cookie));
  }

  #recordOf({ keyId }: Caller, secret: string): SignInRecord {
    return { keyId, mark: keyId === null ? this.#markOf(secret) : null };
  }

  async #callerOf({ keyId, mark }: SignInRecord, secret: string, address: string): Promise<Caller | null> {
    if (keyId !== null) return this.#ring.byId(keyId, address);
    return mark !== null && isSame(mark, this.#markOf(secret)) ? OPERATOR : null;
  }

  /** Tells a replaced admin key from the one of now. It is no help in guessing either: the secret is in no store. */
  #markOf(secret: string): string {
    return createHmac('sha256', secret).update(this.#adminKey, 'utf8').digest('hex');
  }
}

/** The secret is random and long: a plain digest of it cannot be searched through. */
function idOf(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
