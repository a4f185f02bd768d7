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
/** Small pieces are joined up to this size before they go to the store. */
const JOIN_BYTES = 256 * 1024;

/** Gathers sealed chunks into packs and stores them; holds at most a few packs in memory. */
export class PackWriter {
  /** Packs that are durable in the store. */
  readonly written: ShelvedPack[] = [];
  private readonly store: BlobStore;
  private readonly keys: SessionKeys;
  private readonly signal: AbortSignal | undefined;
  private readonly slots = new Slots(UPLOADS);
  private readonly uploads: Promise<void>[] = [];
  private readonly begun: string[] = [];
  private failure: { error: unknown } | null = null;
  private builder = new PackBuilder();
  /** While set, a full pack waits for its turn, and nothing is added. */
  private full: Promise<void> | null = null;

  constructor(store: BlobStore, keys: SessionKeys, signal: AbortSignal | undefined) {
    this.store = store;
    this.keys = keys;
    this.signal = signal;
  }

  async add(chunk: SealedChunk): Promise<void> {
    while (this.full !== null) await this.full;
    this.throwIfFailed();
    this.builder.add(chunk);
    if (this.builder.bytes < PACK_BYTES) return;
    this.full = this.ship();
    await this.full;
  }

  /** Resolves when every chunk is durable. */
  async finish(): Promise<void> {
    while (this.full !== null) await this.full;
    if (this.builder.chunks.length > 0) await this.ship();
    await Promise.all(this.uploads);
    this.throwIfFailed();
  }

  /** Takes back what was stored in vain: no record names it, so nobody relies on it. What stays is left to prune. */
  async abandon(): Promise<void> {
    await Promise.all(this.uploads);
    for (const id of this.begun) {
      await this.store.delete(packObject(this.keys.session, id)).catch(() => undefined);
    }
  }

  private async ship(): Promise<void> {
    const { builder } = this;
    this.builder = new PackBuilder();
    await this.slots.take();
    this.full = null;
    const upload = this.upload(builder)
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.slots.give());
    this.uploads.push(upload);
  }

  private async upload(builder: PackBuilder): Promise<void> {
    if (this.failure !== null) return;
    const id = randomBytes(16).toString('hex');
    const pieces = [...builder.pieces, await packTail(this.keys, id, builder.chunks)];
    builder.pieces.length = 0;
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.begun.push(id);
    await this.store.put(packObject(this.keys.session, id), { length, open: () => join(pieces) }, passed(this.signal));
    for (const piece of pieces) release(piece);
    let offset = 0;
    const chunks = builder.chunks.map((facts): ChunkPlace => {
      const place = { ...facts, pack: id, offset };
      offset += facts.stored;
      return place;
    });
    this.written.push({ id, bytes: length, chunks });
  }

  private throwIfFailed(): void {
    if (this.failure !== null) throw this.failure.error;
  }
}

async function* join(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  let small: Buffer[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    small.push(piece);
    bytes += piece.length;
    if (bytes < JOIN_BYTES) continue;
    yield* large(small);
    small = [];
    bytes = 0;
  }
  yield* large(small);
}

/** One buffer of many small ones; a single large one is passed on as it is. */
function large(pieces: readonly Buffer[]): Buffer[] {
  if (pieces.some((piece) => piece.length >= JOIN_BYTES / 2)) return [...pieces];
  return pieces.length === 0 ? [] : [Buffer.concat(pieces)];
}
