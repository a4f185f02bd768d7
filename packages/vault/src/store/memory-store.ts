import { collect } from './blob-body.ts';
import { checkKey, checkPrefix } from './blob-key.ts';
import type { BlobInfo, BlobSource, BlobStore, GetOptions, PutOptions } from './blob-store.ts';

/** Objects in memory: for tests, and to see what a vault writes. */
export class MemoryStore implements BlobStore {
  readonly name: string = 'memory:';
  readonly #objects = new Map<string, { bytes: Buffer; modifiedAt: Date }>();

  async put(key: string, body: Uint8Array | BlobSource, options: PutOptions = {}): Promise<boolean> {
    checkKey(key);
    const bytes = Buffer.from(await collect(key, body));
    options.signal?.throwIfAborted();
    if (options.ifAbsent === true && this.#objects.has(key)) return false;
    this.#objects.set(key, { bytes, modifiedAt: new Date() });
    return true;
  }

  async get(key: string, options: GetOptions = {}): Promise<Buffer | null> {
    checkKey(key);
    options.signal?.throwIfAborted();
    const object = this.#objects.get(key);
    if (object === undefined) return null;
    const { offset, length } = options.range ?? { offset: 0, length: object.bytes.length };
    return Buffer.from(object.bytes.subarray(offset, offset + length));
  }

  async stat(key: string, options: { signal?: AbortSignal } = {}): Promise<BlobInfo | null> {
    checkKey(key);
    options.signal?.throwIfAborted();
    const object = this.#objects.get(key);
    return object === undefined ? null : { key, bytes: object.bytes.length, modifiedAt: object.modifiedAt };
  }

  async *list(prefix: string, options: { signal?: AbortSignal } = {}): AsyncIterable<BlobInfo> {
    checkPrefix(prefix);
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) {
      options.signal?.throwIfAborted();
      const object = this.#objects.get(key);
      if (object !== undefined) yield { key, bytes: object.bytes.length, modifiedAt: object.modifiedAt };
    }
  }

  async delete(key: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    checkKey(key);
    options.signal?.throwIfAborted();
    this.#objects.delete(key);
  }
}
