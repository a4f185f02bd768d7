import type { Keys } from '../store/keys.ts';
import type { KeyRecord } from '../store/records.ts';
import { type Caller, callerOf, isAllowedFrom } from './caller.ts';
import { fits, hashOf, parseKey } from './key-text.ts';

/** How long a key is believed without a look at whether another hub has ended any. */
const BELIEVED_MS = 500;

interface Known {
  record: KeyRecord;
  hash: Buffer;
}

/** What is asked of the store. */
type KeysAsked = Pick<Keys, 'find' | 'touch' | 'revision'>;

/** A hash that no secret has: an unknown key takes as long as a wrong one. */
const NONE = hashOf('');

/** The keys that open the hub. Nothing here is the truth: what is remembered is checked against the store's revision. */
export class KeyRing {
  readonly #keys: KeysAsked;
  readonly #now: () => Date;
  /** Replaced to forget: what is on its way from the store by then does not come into the new one. */
  #known = new Map<string, Known>();
  #revision = -1;
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(keys: KeysAsked, now: () => Date = () => new Date()) {
    this.#keys = keys;
    this.#now = now;
  }

  /** Whose key this is; null where it opens nothing, from this address, now. */
  async find(presented: string, address: string): Promise<Caller | null> {
    const parts = parseKey(presented);
    if (parts === null) return null;
    const found = await this.#look(parts.id);
    if (!fits(parts.secret, found?.hash ?? NONE) || found === null) return null;
    if (!this.#isGood(found.record) || !isAllowedFrom(found.record, address)) return null;
    await this.#keys.touch(found.record.id, this.#now());
    return callerOf(found.record);
  }

  /** Whom a key stands for, by its id alone: for who has presented it before. Null where it opens nothing, from this address, now. */
  async byId(id: string, address: string): Promise<Caller | null> {
    const found = await this.#look(id);
    if (found === null || !this.#isGood(found.record) || !isAllowedFrom(found.record, address)) return null;
    await this.#keys.touch(id, this.#now());
    return callerOf(found.record);
  }

  /** Whether a key is still there and its time not over. */
  async isGood(id: string): Promise<boolean> {
    const found = await this.#look(id);
    return found !== null && this.#isGood(found.record);
  }

  /** For the hub that has ended a key: its next request is refused already. Other hubs see it by the revision. */
  forget(): void {
    this.#known = new Map();
  }

  async #look(id: string): Promise<Known | null> {
    await this.#forgetChanged();
    const memory = this.#known;
    const known = memory.get(id);
    if (known !== undefined) return known;
    const found = await this.#keys.find(id);
    // An unknown id is not remembered: guesses would fill the memory.
    if (found !== null) memory.set(id, found);
    return found;
  }

  async #forgetChanged(): Promise<void> {
    if (performance.now() - this.#checkedAt < BELIEVED_MS) return;
    const revision = await this.#keys.revision();
    this.#checkedAt = performance.now();
    if (revision !== this.#revision) this.forget();
    this.#revision = revision;
  }

  #isGood({ expiresAt }: KeyRecord): boolean {
    return expiresAt === null || expiresAt > this.#now();
  }
}
