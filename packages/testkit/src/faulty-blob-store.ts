import { setTimeout as sleep } from 'node:timers/promises';
import { LeadMasterError } from '@leadmaster/protocol';
import { withSignal } from '@leadmaster/service-kit/wait';
import type { BlobInfo, BlobSource, BlobStore, GetOptions, PutOptions } from '@leadmaster/vault';

export type BlobOperation = 'put' | 'get' | 'stat' | 'list' | 'delete';

/** Something that goes wrong, at the calls it is for. */
export interface BlobFault {
  /** The operations it strikes; all when not given. */
  on?: BlobOperation | readonly BlobOperation[];
  /** The keys it strikes; all when not given. */
  key?: RegExp;
  /** Which of the matching calls is the first to be struck, counted from 1; the next one when not given. */
  nth?: number;
  /** How many calls in a row are struck; one when not given. */
  times?: number;
  /**
   * - `fail`: an error, and nothing was done.
   * - `unclear`: an error, though it was done.
   * - `truncate`: a get gives half; a put writes half and fails, as a store that breaks its promise would leave it.
   * - `delay`: done, but `ms` later.
   * - `wait`: done once `until` has resolved, or ended with the caller's signal.
   * - `stale`: a listing without what was written since `markStale`, and with what was deleted.
   * - `die`: the process is gone before the call; every later one fails too.
   * - `die-after`: the same, once the call was done.
   */
  what: 'fail' | 'unclear' | 'truncate' | 'delay' | 'wait' | 'stale' | 'die' | 'die-after';
  /** What `fail` and `unclear` throw; `store_unreachable` when not given. */
  error?: Error;
  ms?: number;
  until?: Promise<void>;
}

/** What every call meets once the store is dead: it stands for the end of the process that made them. */
export class StoreDied extends Error {
  constructor() {
    super('the process has died here');
    this.name = 'StoreDied';
  }
}

/** A store over another one that fails as told, and is that store otherwise. */
export class FaultyBlobStore implements BlobStore {
  readonly #inner: BlobStore;
  /** Every call, in order, struck or not. */
  readonly calls: { operation: BlobOperation; key: string }[] = [];
  readonly #faults: { fault: BlobFault; seen: number }[] = [];
  #stale: Map<string, BlobInfo> | null = null;
  #isDead = false;

  constructor(inner: BlobStore) {
    this.#inner = inner;
  }

  get name(): string {
    return this.#inner.name;
  }

  /** Adds a fault. With several for one call, the first that was added strikes. */
  plan(fault: BlobFault): this {
    this.#faults.push({ fault, seen: 0 });
    return this;
  }

  /** Forgets all faults, and revives what has died. */
  heal(): void {
    this.#faults.length = 0;
    this.#stale = null;
    this.#isDead = false;
  }

  /** Remembers what is there now: the listing that `stale` gives. */
  async markStale(): Promise<void> {
    this.#stale = new Map();
    for await (const info of this.#inner.list('')) this.#stale.set(info.key, info);
  }

  put(key: string, body: Uint8Array | BlobSource, options: PutOptions = {}): Promise<boolean> {
    return this.#strike('put', key, () => this.#inner.put(key, body, options), {
      signal: options.signal,
      truncated: async () => {
        const bytes = await readAll(body);
        await this.#inner.put(key, bytes.subarray(0, Math.floor(bytes.length / 2)), options);
        throw brokenOff('put', key);
      },
    });
  }

  get(key: string, options: GetOptions = {}): Promise<Buffer | null> {
    return this.#strike('get', key, () => this.#inner.get(key, options), {
      signal: options.signal,
      truncated: async () => {
        const bytes = await this.#inner.get(key, options);
        return bytes === null ? null : bytes.subarray(0, Math.floor(bytes.length / 2));
      },
    });
  }

  stat(key: string, options: { signal?: AbortSignal } = {}): Promise<BlobInfo | null> {
    return this.#strike('stat', key, () => this.#inner.stat(key, options));
  }

  async *list(prefix: string, options: { signal?: AbortSignal } = {}): AsyncGenerator<BlobInfo> {
    const all = await this.#strike('list', prefix, () => Array.fromAsync(this.#inner.list(prefix, options)), {
      truncated: async () => {
        const whole = await Array.fromAsync(this.#inner.list(prefix, options));
        return [...whole.slice(0, Math.floor(whole.length / 2)), brokenOff('list', prefix)];
      },
      stale: async () => [...(this.#stale ?? new Map()).values()].filter(({ key }) => key.startsWith(prefix)),
    });
    for (const info of all) {
      if (info instanceof Error) throw info;
      options.signal?.throwIfAborted();
      yield info;
    }
  }

  delete(key: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    return this.#strike('delete', key, () => this.#inner.delete(key, options));
  }

  async #strike<T, U = T>(
    operation: BlobOperation,
    key: string,
    work: () => Promise<T>,
    special: { truncated?: () => Promise<U>; stale?: () => Promise<U>; signal?: AbortSignal | undefined } = {},
  ): Promise<T | U> {
    this.calls.push({ operation, key });
    if (this.#isDead) throw new StoreDied();
    const fault = this.#next(operation, key);
    switch (fault?.what) {
      case undefined:
        return work();
      case 'fail':
        throw fault.error ?? brokenOff(operation, key);
      case 'unclear':
        await work();
        throw fault.error ?? brokenOff(operation, key);
      case 'truncate':
        return (special.truncated ?? work)();
      case 'stale':
        return (special.stale ?? work)();
      case 'delay':
        await sleep(fault.ms ?? 10);
        return work();
      case 'wait': {
        const until = fault.until ?? Promise.resolve();
        await (special.signal === undefined ? until : withSignal(until, special.signal));
        return work();
      }
      case 'die':
        this.#isDead = true;
        throw new StoreDied();
      case 'die-after':
        await work();
        this.#isDead = true;
        throw new StoreDied();
    }
  }

  /** The fault that this call meets; every fault counts the calls it is for. */
  #next(operation: BlobOperation, key: string): BlobFault | undefined {
    let struck: BlobFault | undefined;
    for (const entry of this.#faults) {
      const { on, key: keys, nth = 1, times = 1 } = entry.fault;
      if (on !== undefined && ![on].flat().includes(operation)) continue;
      if (keys !== undefined && !keys.test(key)) continue;
      entry.seen++;
      if (entry.seen >= nth && entry.seen < nth + times) struck ??= entry.fault;
    }
    return struck;
  }
}

function brokenOff(operation: BlobOperation, key: string): LeadMasterError {
  return new LeadMasterError('store_unreachable', `${operation} ${key}: the line went dead.`, 'Try again.');
}

async function readAll(body: Uint8Array | BlobSource): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  return Buffer.concat(await Array.fromAsync(body.open()));
}
