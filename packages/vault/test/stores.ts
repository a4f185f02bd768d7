import { setImmediate as turn } from 'node:timers/promises';
import { LeadMasterError } from '@leadmaster/protocol';
import type { BlobInfo, BlobSource, BlobStore, GetOptions, PutOptions } from '../src/store/blob-store.ts';

/** A store that passes everything on; doubles change what they are about. */
export class Passing implements BlobStore {
  readonly name: string;
  protected readonly inner: BlobStore;

  constructor(inner: BlobStore) {
    this.inner = inner;
    this.name = inner.name;
  }

  put(key: string, body: Uint8Array | BlobSource, options?: PutOptions): Promise<boolean> {
    return this.call(() => this.inner.put(key, body, options));
  }

  get(key: string, options?: GetOptions): Promise<Buffer | null> {
    return this.call(() => this.inner.get(key, options));
  }

  stat(key: string): Promise<BlobInfo | null> {
    return this.call(() => this.inner.stat(key));
  }

  async *list(prefix: string): AsyncIterable<BlobInfo> {
    yield* await this.call(() => Array.fromAsync(this.inner.list(prefix)));
  }

  delete(key: string): Promise<void> {
    return this.call(() => this.inner.delete(key));
  }

  protected call<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
}

/** The process dies at the n-th call, before or after the store has done it: from then on nothing gets through. */
export class Dying extends Passing {
  calls = 0;
  died = false;
  readonly #at: number;
  readonly #after: boolean;

  constructor(inner: BlobStore, at: number, after: boolean) {
    super(inner);
    this.#at = at;
    this.#after = after;
  }

  protected override async call<T>(work: () => Promise<T>): Promise<T> {
    const last = ++this.calls === this.#at;
    if (last && this.#after && !this.died) await work();
    if (last) this.died = true;
    if (this.died) throw new Error('the process is dead');
    return work();
  }
}

/** Every call takes a random number of turns, so that writers meet at any point; locks do not hold. */
export class Unruly extends Passing {
  readonly #random: () => number;

  constructor(inner: BlobStore, random: () => number) {
    super(inner);
    this.#random = random;
  }

  override async put(key: string, body: Uint8Array | BlobSource, options?: PutOptions): Promise<boolean> {
    return key.startsWith('locks/') ? true : super.put(key, body, options);
  }

  protected override async call<T>(work: () => Promise<T>): Promise<T> {
    for (let turns = Math.floor(this.#random() * 6); turns > 0; turns--) await turn();
    const result = await work();
    for (let turns = Math.floor(this.#random() * 6); turns > 0; turns--) await turn();
    return result;
  }
}

/** Lists do not show what was written last. */
export class Stale extends Passing {
  readonly #recent: string[] = [];
  readonly #behind: number;

  constructor(inner: BlobStore, behind: number) {
    super(inner);
    this.#behind = behind;
  }

  override async put(key: string, body: Uint8Array | BlobSource, options?: PutOptions): Promise<boolean> {
    this.#recent.push(key);
    if (this.#recent.length > this.#behind) this.#recent.shift();
    return super.put(key, body, options);
  }

  override async *list(prefix: string): AsyncIterable<BlobInfo> {
    for await (const info of super.list(prefix)) if (!this.#recent.includes(info.key)) yield info;
  }
}

/** There is room for so many bytes. */
export class Full extends Passing {
  #room: number;

  constructor(inner: BlobStore, room: number) {
    super(inner);
    this.#room = room;
  }

  override async put(key: string, body: Uint8Array | BlobSource, options?: PutOptions): Promise<boolean> {
    if (body.length > this.#room) throw new LeadMasterError('store_full', 'There is no room.', 'Make some.');
    this.#room -= body.length;
    return super.put(key, body, options);
  }
}

/** A number between 0 and 1 after the other, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
