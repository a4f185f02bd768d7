import { slices } from './blob-body.ts';
import type { BlobInfo, BlobSource, BlobStore, GetOptions, PutOptions } from './blob-store.ts';
import type { ByteRate } from './byte-rate.ts';

/** The machine's shares of its line; what is not given is not limited. */
export interface Throttle {
  up?: ByteRate;
  down?: ByteRate;
}

/** Ranges up to here are what there is, or nearly; of larger ones the object's size is asked for before they are paid for. */
const ASKED_BYTES = 2 * 1024 * 1024;

/**
 * Lets bodies pass no faster than the machine's rates. A body in memory waits until all of it may go; a source is read
 * at the rate. A range is paid for before it is read, as far as the object reaches. What is fetched whole is paid for
 * afterwards, because its size is known only then: a range is asked for where an object may be large.
 */
export class ThrottleStore implements BlobStore {
  readonly #inner: BlobStore;
  readonly #throttle: Throttle;

  constructor(inner: BlobStore, throttle: Throttle) {
    this.#inner = inner;
    this.#throttle = throttle;
  }

  get name(): string {
    return this.#inner.name;
  }

  async put(key: string, body: Uint8Array | BlobSource, options: PutOptions = {}): Promise<boolean> {
    const { up } = this.#throttle;
    if (up === undefined) return this.#inner.put(key, body, options);
    if (!(body instanceof Uint8Array)) return this.#inner.put(key, paced(body, up, options.signal), options);
    await up.take(body.length, options.signal);
    return this.#inner.put(key, body, options);
  }

  async get(key: string, options: GetOptions = {}): Promise<Buffer | null> {
    const { down } = this.#throttle;
    if (down === undefined) return this.#inner.get(key, options);
    const ahead = await this.#expected(key, options);
    await down.take(ahead, options.signal);
    const bytes = await this.#inner.get(key, options);
    const passed = bytes?.length ?? 0;
    if (passed < ahead) down.giveBack(ahead - passed);
    else await down.take(passed - ahead, options.signal);
    return bytes;
  }

  /** What a read will bring at most: a caller that asks for more than a chunk's worth may not know how little there is. */
  async #expected(key: string, { range, signal }: GetOptions): Promise<number> {
    if (range === undefined || range.length <= ASKED_BYTES) return range?.length ?? 0;
    const info = await this.#inner.stat(key, signal === undefined ? {} : { signal });
    return Math.min(range.length, Math.max(0, (info?.bytes ?? 0) - range.offset));
  }

  stat(key: string, options: { signal?: AbortSignal } = {}): Promise<BlobInfo | null> {
    return this.#inner.stat(key, options);
  }

  list(prefix: string, options: { signal?: AbortSignal } = {}): AsyncIterable<BlobInfo> {
    return this.#inner.list(prefix, options);
  }

  delete(key: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    return this.#inner.delete(key, options);
  }
}

/** A source that gives its bytes at a rate, in slices small enough to be even. */
function paced(source: BlobSource, rate: ByteRate, signal: AbortSignal | undefined): BlobSource {
  return {
    length: source.length,
    async *open() {
      for await (const chunk of source.open()) {
        for await (const slice of slices(chunk)) {
          await rate.take(slice.length, signal);
          yield slice;
        }
      }
    },
  };
}
