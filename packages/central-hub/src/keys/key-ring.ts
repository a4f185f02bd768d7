import { LeadMasterError } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { Keys } from '../store/keys.ts';
import type { KeyRecord } from '../store/records.ts';
import { type Caller, callerOf, isAllowedFrom } from './caller.ts';
import { fits, hashOf, parseKey } from './key-text.ts';

/** How long a key is believed without a look at whether any was ended, on this hub or another. */
const BELIEVED_MS = 500;
/** How often the keys of open streams and uploads are looked at. */
const WATCH_MS = 1_000;

interface Known {
  record: KeyRecord;
  hash: Buffer;
}

/** A hash that no secret has: an unknown key takes as long as a wrong one. */
const NONE = hashOf('');

/** The keys that open the hub. Nothing here is the truth: what is remembered is checked against the store's revision. */
export class KeyRing {
  readonly #keys: Keys;
  readonly #log: Logger;
  readonly #now: () => Date;
  readonly #known = new Map<string, Known | null>();
  readonly #watched = new Map<string, Set<AbortController>>();
  #revision = -1;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(keys: Keys, log: Logger, now: () => Date = () => new Date()) {
    this.#keys = keys;
    this.#log = log;
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

  /** Aborts once the key of a caller has ended: for what lasts longer than a request. `done` ends the watch. */
  watch({ keyId }: Caller): { signal: AbortSignal; done: () => void } {
    const ending = new AbortController();
    if (keyId === null) return { signal: ending.signal, done: () => {} };
    const others = this.#watched.get(keyId) ?? new Set();
    this.#watched.set(keyId, others.add(ending));
    this.#timer ??= setInterval(() => void this.#endRevoked(), WATCH_MS).unref();
    return {
      signal: ending.signal,
      done: () => {
        others.delete(ending);
        if (others.size === 0 && this.#watched.get(keyId) === others) this.#watched.delete(keyId);
        if (this.#watched.size === 0) this.close();
      },
    };
  }

  /** Watches no longer. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #look(id: string): Promise<Known | null> {
    await this.#forgetChanged();
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const found = await this.#keys.find(id);
    // An unknown id is not remembered: guesses would fill the memory.
    if (found !== null) this.#known.set(id, found);
    return found;
  }

  async #forgetChanged(): Promise<void> {
    if (performance.now() - this.#checkedAt < BELIEVED_MS) return;
    const revision = await this.#keys.revision();
    this.#checkedAt = performance.now();
    if (revision !== this.#revision) this.#known.clear();
    this.#revision = revision;
  }

  #isGood({ expiresAt }: KeyRecord): boolean {
    return expiresAt === null || expiresAt > this.#now();
  }

  async #endRevoked(): Promise<void> {
    try {
      for (const [id, open] of this.#watched) {
        const found = await this.#look(id);
        if (found !== null && this.#isGood(found.record)) continue;
        for (const ending of open) ending.abort(ended());
      }
    } catch (error) {
      // The streams stay open while the store is away; new requests fail by themselves.
      this.#log.warn({ err: error }, 'whether keys were ended could not be looked up');
    }
  }
}

function ended(): LeadMasterError {
  return new LeadMasterError('unauthorized', 'The key has ended meanwhile.', 'Send a key of this hub that is valid.');
}
