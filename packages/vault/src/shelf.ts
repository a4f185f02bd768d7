import { forEachLimit } from './concurrency.ts';
import { damagedObject, isDamage } from './failures.ts';
import { openChunk } from './format/chunk.ts';
import { type ChunkPlace, readIndex, readTrailer, TRAILER_BYTES } from './format/pack.ts';
import type { SessionKeys } from './format/session-keys.ts';
import { packObject } from './names.ts';
import type { VaultProblem } from './problems.ts';
import { passed } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';

/** The end of a pack that is read at first: most indexes fit. */
const TAIL_BYTES = 48 * 1024;
const READERS = 8;

export interface ShelvedPack {
  id: string;
  bytes: number;
  chunks: ChunkPlace[];
}

/** The packs of a session as they are in the store, and where every chunk lies. */
export class Shelf {
  readonly packs = new Map<string, ShelvedPack>();
  readonly problems: VaultProblem[] = [];
  /** Packs whose index cannot be read: what they hold is not relied on. */
  readonly unreadable = new Set<string>();
  readonly #places = new Map<string, ChunkPlace[]>();
  readonly #store: BlobStore;
  readonly #keys: SessionKeys;

  private constructor(store: BlobStore, keys: SessionKeys) {
    this.#store = store;
    this.#keys = keys;
  }

  /**
   * Reads the indexes of the packs that the newest record names. `remembered` keeps them between calls: a pack never
   * changes.
   */
  static async load(
    store: BlobStore,
    keys: SessionKeys,
    packs: readonly { id: string; bytes: number }[],
    remembered: IndexMemory,
    signal?: AbortSignal,
  ): Promise<Shelf> {
    const shelf = new Shelf(store, keys);
    await forEachLimit(packs, READERS, async ({ id, bytes }) => {
      signal?.throwIfAborted();
      try {
        const chunks = remembered.get(id) ?? (await shelf.#readPackIndex(id, bytes, signal));
        remembered.set(id, chunks);
        shelf.add({ id, bytes, chunks });
      } catch (error) {
        if (!isDamage(error)) throw error;
        shelf.unreadable.add(id);
        shelf.problems.push({ kind: 'damaged', object: shelf.object(id), detail: error.message });
      }
    });
    for (const id of remembered.keys()) if (!shelf.packs.has(id)) remembered.delete(id);
    return shelf;
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  /** Every place of a chunk; more than one after a prune that was cut short. */
  placesOf(id: string): readonly ChunkPlace[] {
    return this.#places.get(id) ?? [];
  }

  add(pack: ShelvedPack): void {
    this.packs.set(pack.id, pack);
    for (const place of pack.chunks) {
      const others = this.#places.get(place.id);
      if (others === undefined) this.#places.set(place.id, [place]);
      else others.push(place);
    }
  }

  object(pack: string): string {
    return packObject(this.#keys.session, pack);
  }

  /** Neighbours in one pack, in one read: as they are stored, and each opened, or what is wrong with it. */
  async read(
    run: readonly ChunkPlace[],
    signal?: AbortSignal,
  ): Promise<{ stored: Buffer; opened: (Buffer | string)[] }> {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return { stored: Buffer.alloc(0), opened: [] };
    const range = { offset: first.offset, length: last.offset + last.stored - first.offset };
    const bytes = await this.#store.get(this.object(first.pack), { range, ...passed(signal) });
    if (bytes === null) return { stored: Buffer.alloc(0), opened: run.map(() => 'its pack is not in the store') };
    const opened: (Buffer | string)[] = [];
    for (const place of run) {
      const at = place.offset - first.offset;
      opened.push(await openChunk(this.#keys, place, bytes.subarray(at, at + place.stored)));
    }
    return { stored: bytes, opened };
  }

  async #readPackIndex(id: string, bytes: number, signal?: AbortSignal): Promise<ChunkPlace[]> {
    const object = this.object(id);
    if (bytes < TRAILER_BYTES) throw damagedObject(object, 'it is shorter than any pack');
    const tail = await this.#tail(object, bytes, Math.min(bytes, TAIL_BYTES), signal);
    const length = readTrailer(object, bytes, tail.subarray(tail.length - TRAILER_BYTES));
    const end = length + TRAILER_BYTES;
    const whole = end <= tail.length ? tail : await this.#tail(object, bytes, end, signal);
    const envelope = whole.subarray(whole.length - end, whole.length - TRAILER_BYTES);
    return readIndex(this.#keys, object, { id, bytes }, envelope);
  }

  async #tail(object: string, bytes: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const range = { offset: bytes - length, length };
    const tail = await this.#store.get(object, { range, ...passed(signal) });
    if (tail === null) throw damagedObject(object, 'it is not in the store');
    if (tail.length !== length) throw damagedObject(object, 'it is shorter than it was');
    return tail;
  }
}

/** Indexes read before, by pack. */
export type IndexMemory = Map<string, ChunkPlace[]>;
