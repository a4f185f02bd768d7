import type { LeadMasterError } from '@leadmaster/protocol';
import { DEFAULT_RETRY, isUnreachable, pause, pauseMs, type RetryPolicy, retrying } from './backoff.ts';
import { sourceOf } from './blob-body.ts';
import type { BlobInfo, BlobSource, BlobStore, GetOptions, PutOptions } from './blob-store.ts';

export interface RetryOptions extends Partial<RetryPolicy> {
  /** Gets every failure that is followed by another attempt. */
  onFailure?: (error: LeadMasterError) => void;
}

/** How much of an object is read at a time to compare it with what was sent. */
const COMPARE_BYTES = 1024 * 1024;

/**
 * Tries again what a store could not be reached for; every other error stands at once.
 *
 * A conditional put that failed may have been written anyway. When the next try then finds an object in the way,
 * it is compared with what was sent: its own bytes are the first try's, and the answer is true. Two writers that put
 * *equal* bytes under one key can therefore both be told true; who must be the only one puts something of its own into
 * them, as a lease does with its owner.
 */
export class RetryStore implements BlobStore {
  readonly #inner: BlobStore;
  readonly #policy: RetryPolicy;
  readonly #onFailure: (error: LeadMasterError) => void;

  constructor(inner: BlobStore, options: RetryOptions = {}) {
    const { onFailure = () => undefined, ...policy } = options;
    this.#inner = inner;
    this.#policy = { ...DEFAULT_RETRY, ...policy };
    this.#onFailure = onFailure;
  }

  get name(): string {
    return this.#inner.name;
  }

  async put(key: string, body: Uint8Array | BlobSource, options: PutOptions = {}): Promise<boolean> {
    let isUnclear = false;
    return this.#retry(options.signal, async () => {
      try {
        const written = await this.#inner.put(key, body, options);
        return written || (isUnclear && (await this.#holds(key, body, options.signal)));
      } catch (error) {
        isUnclear ||= isUnreachable(error);
        throw error;
      }
    });
  }

  get(key: string, options: GetOptions = {}): Promise<Buffer | null> {
    return this.#retry(options.signal, () => this.#inner.get(key, options));
  }

  stat(key: string, options: { signal?: AbortSignal } = {}): Promise<BlobInfo | null> {
    return this.#retry(options.signal, () => this.#inner.stat(key, options));
  }

  /** A listing that broke off begins again behind what it has told; progress gives all tries back. */
  async *list(prefix: string, options: { signal?: AbortSignal } = {}): AsyncGenerator<BlobInfo> {
    let last = '';
    for (let failures = 0; ; ) {
      try {
        for await (const info of this.#inner.list(prefix, options)) {
          if (info.key <= last) continue;
          yield info;
          last = info.key;
          failures = 0;
        }
        return;
      } catch (error) {
        failures++;
        if (!isUnreachable(error) || failures >= this.#policy.attempts) throw error;
        this.#onFailure(error);
        await pause(pauseMs(this.#policy, failures), options.signal);
      }
    }
  }

  delete(key: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    return this.#retry(options.signal, () => this.#inner.delete(key, options));
  }

  #retry<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return retrying(this.#policy, signal, work, this.#onFailure);
  }

  /** Whether the object there is, byte by byte, this body. */
  async #holds(key: string, body: Uint8Array | BlobSource, signal?: AbortSignal): Promise<boolean> {
    const until = signal === undefined ? {} : { signal };
    const found = await this.#inner.stat(key, until);
    if (found === null || found.bytes !== body.length) return false;
    let there: Buffer = Buffer.alloc(0);
    let offset = 0;
    for await (const chunk of sourceOf(body).open()) {
      for (let at = 0; at < chunk.length; ) {
        if (there.length === 0) {
          const next = await this.#inner.get(key, { ...until, range: { offset, length: COMPARE_BYTES } });
          if (next === null || next.length === 0) return false;
          there = next;
          offset += next.length;
        }
        const part = Math.min(there.length, chunk.length - at);
        if (!there.subarray(0, part).equals(chunk.subarray(at, at + part))) return false;
        there = there.subarray(part);
        at += part;
      }
    }
    return true;
  }
}
