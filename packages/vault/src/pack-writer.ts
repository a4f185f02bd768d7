import { randomBytes } from 'node:crypto';
import { Slots } from './concurrency.ts';
import type { SealedChunk } from './format/chunk.ts';
import { type ChunkPlace, PACK_BYTES, PackBuilder, packTail } from './format/pack.ts';
import type { SessionKeys } from './format/session-keys.ts';
import { packObject } from './names.ts';
import { release } from './release.ts';
import type { ShelvedPack } from './shelf.ts';
import { passed } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';

/** Packs on their way to the store while the next one grows. */
const UPLOADS = 2;
/** What goes to the store in one write. */
const PIECE_BYTES = 1024 * 1024;

/** Gathers sealed chunks into packs and stores them; holds at most a few packs in memory. */
export class PackWriter {
  /** Packs that are durable in the store. */
  readonly written: ShelvedPack[] = [];
  readonly #store: BlobStore;
  readonly #keys: SessionKeys;
  readonly #signal: AbortSignal | undefined;
  readonly #slots = new Slots(UPLOADS);
  readonly #uploads: Promise<void>[] = [];
  readonly #begun: string[] = [];
  #failure: { error: unknown } | null = null;
  #builder = new PackBuilder();
  /** Memory of packs that are stored: new memory for each would cost more than filling it. */
  readonly #spare: Buffer[] = [];
  /** While set, a full pack waits for its turn, and nothing is added. */
  #full: Promise<void> | null = null;

  constructor(store: BlobStore, keys: SessionKeys, signal: AbortSignal | undefined) {
    this.#store = store;
    this.#keys = keys;
    this.#signal = signal;
  }

  async add(chunk: SealedChunk): Promise<void> {
    while (this.#full !== null) await this.#full;
    this.#throwIfFailed();
    this.#builder.add(chunk);
    if (this.#builder.bytes < PACK_BYTES) return;
    this.#full = this.#ship();
    await this.#full;
  }

  /** Resolves when every chunk is durable. */
  async finish(): Promise<void> {
    while (this.#full !== null) await this.#full;
    if (this.#builder.chunks.length > 0) await this.#ship();
    await this.#end();
    this.#throwIfFailed();
  }

  /** Removes packs of a failed save: no record names it, so no snapshot relies on it. Prune removes the rest. */
  async abandon(): Promise<void> {
    await this.#end();
    for (const id of this.#begun) {
      await this.#store.delete(packObject(this.#keys.session, id)).catch(() => undefined);
    }
  }

  async #end(): Promise<void> {
    await Promise.all(this.#uploads);
    for (const memory of [this.#builder.memory, ...this.#spare]) release(memory);
    this.#spare.length = 0;
  }

  async #ship(): Promise<void> {
    const builder = this.#builder;
    await this.#slots.take();
    this.#builder = new PackBuilder(this.#spare.pop());
    this.#full = null;
    const upload = this.#upload(builder)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#slots.give());
    this.#uploads.push(upload);
  }

  async #upload(builder: PackBuilder): Promise<void> {
    if (this.#failure !== null) return;
    const id = randomBytes(16).toString('hex');
    const body = builder.memory.subarray(0, builder.bytes);
    const tail = await packTail(this.#keys, id, builder.chunks);
    const length = body.length + tail.length;
    this.#begun.push(id);
    const source = { length, open: () => pieces(body, tail) };
    await this.#store.put(packObject(this.#keys.session, id), source, passed(this.#signal));
    this.#spare.push(builder.memory);
    let offset = 0;
    const chunks = builder.chunks.map((facts): ChunkPlace => {
      const place = { ...facts, pack: id, offset };
      offset += facts.stored;
      return place;
    });
    this.written.push({ id, bytes: length, chunks });
  }

  #throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

/** The body of a pack, in pieces that let an abort through. */
async function* pieces(body: Buffer, tail: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES);
  yield tail;
}
