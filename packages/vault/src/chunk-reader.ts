import { CHUNK_BYTES } from './format/chunk.ts';
import type { ChunkPlace } from './format/pack.ts';
import { release } from './release.ts';
import type { Shelf } from './shelf.ts';

/** What one read may take, sealed as well as opened: a run of chunks that compress well is cut by the latter. */
const RUN_BYTES = 2 * CHUNK_BYTES;
/** Bytes of other chunks that are read along rather than paying for another read. */
const GAP_BYTES = 32 * 1024;

/** A chunk, or why it cannot be had. */
export type ReadChunk = { id: string; plain: Buffer } | { id: string; object: string; problem: string };

/** Reads chunks wherever they lie, also while a prune elsewhere moves them. */
export class ChunkReader {
  #shelf: Shelf;
  readonly #reload: () => Promise<Shelf>;
  readonly #foundDamaged: (pack: string) => Promise<void>;
  #reloading: Promise<Shelf> | null = null;

  /** `foundDamaged` gets each pack, still one of the vault's, whose chunk cannot be had from anywhere. */
  constructor(shelf: Shelf, reload: () => Promise<Shelf>, foundDamaged: (pack: string) => Promise<void>) {
    this.#shelf = shelf;
    this.#reload = reload;
    this.#foundDamaged = foundDamaged;
  }

  /** Chunks in the order that costs the fewest reads. */
  scattered(ids: Iterable<string>): Group[] {
    return group(this.#shelf, [...new Set(ids)], true);
  }

  /** Chunks in the order given, for a file that is read from its beginning to its end. */
  ordered(ids: readonly string[]): Group[] {
    return group(this.#shelf, ids, false);
  }

  async read(wanted: Group, signal?: AbortSignal): Promise<ReadChunk[]> {
    if (!Array.isArray(wanted)) return [await this.#again(wanted.missing, 'no pack that can be read holds it', signal)];
    const { stored, opened } = await this.#shelf.read(wanted, signal);
    release(stored);
    const chunks: ReadChunk[] = [];
    for (const [at, place] of wanted.entries()) {
      const plain = opened[at] ?? 'it was not read';
      if (typeof plain !== 'string') chunks.push({ id: place.id, plain });
      else chunks.push(await this.#again(place.id, plain, signal, place));
    }
    return chunks;
  }

  /** Another copy, or the same one where it lies now. */
  async #again(id: string, problem: string, signal?: AbortSignal, tried?: ChunkPlace): Promise<ReadChunk> {
    const elsewhere = (shelf: Shelf) => shelf.placesOf(id).filter(({ pack }) => pack !== tried?.pack);
    let places = elsewhere(this.#shelf);
    if (places.length === 0) {
      this.#reloading ??= this.#reload();
      this.#shelf = await this.#reloading;
      places = elsewhere(this.#shelf);
    }
    for (const place of places) {
      const [plain] = (await this.#shelf.read([place], signal)).opened;
      if (Buffer.isBuffer(plain)) return { id, plain };
    }
    if (tried !== undefined) {
      if (this.#shelf.packs.has(tried.pack)) await this.#foundDamaged(tried.pack);
      return { id, object: this.#shelf.object(tried.pack), problem };
    }
    // It is in a pack that cannot be read, or in none.
    const unreadable = [...this.#shelf.unreadable].map((pack) => this.#shelf.object(pack));
    return { id, object: unreadable.length > 0 ? unreadable.join(', ') : `chunk ${id}`, problem };
  }
}

/** Neighbours that one read brings, or a chunk that is nowhere. */
export type Group = ChunkPlace[] | { missing: string };

function group(shelf: Shelf, ids: readonly string[], anyOrder: boolean): Group[] {
  const groups: Group[] = [];
  const places: ChunkPlace[] = [];
  const cut = (): void => {
    groups.push(...runs(places));
    places.length = 0;
  };
  for (const id of ids) {
    const [place] = shelf.placesOf(id);
    if (place !== undefined) places.push(place);
    else {
      if (!anyOrder) cut();
      groups.push({ missing: id });
    }
  }
  if (anyOrder) places.sort((a, b) => (a.pack === b.pack ? a.offset - b.offset : a.pack < b.pack ? -1 : 1));
  cut();
  return groups;
}

function runs(places: readonly ChunkPlace[]): ChunkPlace[][] {
  const found: ChunkPlace[][] = [];
  let run: ChunkPlace[] = [];
  let plain = 0;
  for (const place of places) {
    const [first] = run;
    const last = run.at(-1);
    const gap = last === undefined ? 0 : place.offset - (last.offset + last.stored);
    const follows = first !== undefined && first.pack === place.pack && gap >= 0 && gap <= GAP_BYTES;
    const fits = first !== undefined && place.offset + place.stored - first.offset <= RUN_BYTES;
    if (!follows || !fits || plain + place.plain > RUN_BYTES) {
      if (run.length > 0) found.push(run);
      run = [];
      plain = 0;
    }
    run.push(place);
    plain += place.plain;
  }
  if (run.length > 0) found.push(run);
  return found;
}
