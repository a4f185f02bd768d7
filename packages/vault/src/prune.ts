import { LeadMasterError } from '@leadmaster/protocol';
import { type Chain, type ChainView, overtaken } from './chain.ts';
import { forEachLimit } from './concurrency.ts';
import { damagedSnapshot, isDamage } from './failures.ts';
import type { ChunkPlace } from './format/pack.ts';
import { PACK_BYTES } from './format/pack.ts';
import type { ChainRecord } from './format/record.ts';
import { chunksOf } from './format/tree.ts';
import type { KnownSession } from './keyring.ts';
import { packFolder, parsePackObject } from './names.ts';
import { PackWriter } from './pack-writer.ts';
import { release } from './release.ts';
import type { Shelf, ShelvedPack } from './shelf.ts';
import { passed } from './small.ts';
import type { BlobInfo, BlobStore } from './store/blob-store.ts';

export interface PruneOptions {
  /** A pack of which more than this share is no longer needed is rewritten. */
  maxWaste?: number;
  /** Packs that no record names are left alone until they are this old: a save may be writing them. */
  minAgeMs?: number;
  signal?: AbortSignal;
  onProgress?: (progress: { rewrittenBytes: number; totalBytes: number }) => void;
}

export interface Pruned {
  deletedPacks: number;
  rewrittenPacks: number;
  freedBytes: number;
}

export interface PruneContext {
  store: BlobStore;
  session: KnownSession;
  chain: Chain;
  now: () => Date;
  loadShelf: (view: ChainView) => Promise<Shelf>;
}

const MAX_WASTE = 0.25;
const DAY_MS = 24 * 3600 * 1000;
/** So long a pack that was given up is remembered: no save runs that long. */
const DROPPED_MS = 90 * DAY_MS;
/** When there are many packs smaller than this, they are joined. */
const SMALL_BYTES = PACK_BYTES / 8;
const MANY_SMALL = 16;
const MANIFESTS_AT_ONCE = 2;
const READS_AT_ONCE = 3;
const TRIES = 3;

/** Deletes data that no snapshot needs. Nothing is deleted before a record states it; see docs/vault-format.md for why that is safe. */
export async function prune(context: PruneContext, options: PruneOptions): Promise<Pruned> {
  try {
    return await pruneUntilFirst(context, options, false);
  } catch (error) {
    if (!isFull(error)) throw error;
    // There is no room to move what stays: then only the packs go of which nothing is needed.
    const done = await pruneUntilFirst(context, options, true);
    if (done.deletedPacks === 0) throw error;
    return done;
  }
}

async function pruneUntilFirst(context: PruneContext, options: PruneOptions, deletesOnly: boolean): Promise<Pruned> {
  for (let tries = 0; tries < TRIES; tries++) {
    const done = await pruneOnce(context, options, deletesOnly);
    if (done !== null) return done;
  }
  throw overtaken(context.session.name);
}

/** Null when another writer was faster. */
async function pruneOnce(context: PruneContext, options: PruneOptions, deletesOnly: boolean): Promise<Pruned | null> {
  const { chain, session, store } = context;
  const { signal } = options;
  const view = await chain.viewToWrite(signal);
  const needed = await neededChunks(chain, view, signal);
  const shelf = await context.loadShelf(view);
  const spoilt = await spoiltCopies(shelf, needed, signal);
  const whole = planPacks(shelf, needed, spoilt, options.maxWaste ?? MAX_WASTE);
  const plan = deletesOnly ? { ...whole, rewrite: [] } : whole;
  const orphans = await orphanPacks(context, view, options);
  if (plan.unused.length + plan.rewrite.length + orphans.length === 0) {
    if (view.head !== null) await chain.tidy(view.head, signal);
    return { deletedPacks: 0, rewrittenPacks: 0, freedBytes: 0 };
  }
  const writer = new PackWriter(store, session.keys, signal);
  let rewritten: string[];
  try {
    rewritten = await rewrite(shelf, plan.rewrite, writer, options);
    await writer.finish();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  const going = new Set([...plan.unused, ...rewritten]);
  const at = context.now();
  const record = await chain.commit(view, at, () => draft(view, going, orphans, writer.written, at), signal);
  if (record === null) {
    await writer.abandon();
    return null;
  }
  // From here on no snapshot relies on them.
  let freedBytes = -writer.written.reduce((sum, pack) => sum + pack.bytes, 0);
  for (const { id, bytes } of view.packs) if (going.has(id)) freedBytes += bytes;
  for (const id of going) await store.delete(shelf.object(id), passed(signal));
  for (const info of orphans) {
    await store.delete(info.key, passed(signal));
    freedBytes += info.bytes;
  }
  await chain.tidy(record, signal);
  return { deletedPacks: going.size + orphans.length, rewrittenPacks: rewritten.length, freedBytes };
}

function draft(
  view: ChainView,
  going: ReadonlySet<string>,
  orphans: readonly BlobInfo[],
  written: readonly ShelvedPack[],
  at: Date,
): Pick<ChainRecord, 'type' | 'live' | 'packs' | 'dropped'> {
  const dropped = view.dropped.filter((pack) => new Date(pack.at).getTime() > at.getTime() - DROPPED_MS);
  const known = new Set(dropped.map(({ id }) => id));
  const orphaned = orphans.map(({ key }) => key.slice(key.lastIndexOf('/') + 1));
  for (const id of [...going, ...orphaned]) if (!known.has(id)) dropped.push({ id, at: at.toISOString() });
  const packs = [...view.packs.filter(({ id }) => !going.has(id)), ...written.map(({ id, bytes }) => ({ id, bytes }))];
  return { type: 'prune', live: view.live, packs, dropped };
}

/** Every chunk that a live snapshot needs. While one of them cannot be read, this is unknown, and nothing is pruned. */
async function neededChunks(chain: Chain, view: ChainView, signal?: AbortSignal): Promise<Set<string>> {
  const [unreadable] = view.unreadable;
  if (unreadable !== undefined) {
    throw damagedSnapshot(String(unreadable), 'its record cannot be read, so nothing is pruned; forget it first', []);
  }
  const needed = new Set<string>();
  await forEachLimit(view.live, MANIFESTS_AT_ONCE, async (info) => {
    signal?.throwIfAborted();
    try {
      const { entries } = await chain.manifest(info, signal);
      for (const id of chunksOf(entries ?? [])) needed.add(id);
    } catch (error) {
      if (!isDamage(error)) throw error;
      throw damagedSnapshot(info.id, `${error.message} Nothing is pruned; forget it first`, []);
    }
  });
  return needed;
}

/**
 * Of chunks that lie more than once, the copies that cannot be read while another can: after a healing save, and after a
 * prune that was cut short. The good one must never go as the one too many.
 */
async function spoiltCopies(
  shelf: Shelf,
  needed: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ReadonlySet<ChunkPlace>> {
  const spoilt = new Set<ChunkPlace>();
  await forEachLimit(needed, READS_AT_ONCE, async (id) => {
    const places = shelf.placesOf(id);
    if (places.length < 2) return;
    const bad: ChunkPlace[] = [];
    for (const place of places) if (!(await isWhole(shelf, place, signal))) bad.push(place);
    if (bad.length < places.length) for (const place of bad) spoilt.add(place);
  });
  return spoilt;
}

async function isWhole(shelf: Shelf, place: ChunkPlace, signal?: AbortSignal): Promise<boolean> {
  signal?.throwIfAborted();
  const { stored, opened } = await shelf.read([place], signal);
  const [plain] = opened;
  release(stored);
  if (!Buffer.isBuffer(plain)) return false;
  release(plain);
  return true;
}

interface Plan {
  /** Packs that hold nothing that is needed. */
  unused: string[];
  /** Chunks that move, by the pack they are in. */
  rewrite: { pack: string; keep: ChunkPlace[] }[];
}

function planPacks(shelf: Shelf, needed: ReadonlySet<string>, spoilt: ReadonlySet<ChunkPlace>, maxWaste: number): Plan {
  const plan: Plan = { unused: [], rewrite: [] };
  const placed = new Set<string>();
  const isOfUse = (place: ChunkPlace) => needed.has(place.id) && !spoilt.has(place);
  const share = (pack: ShelvedPack) => bytesOf(pack.chunks.filter(isOfUse)) / pack.bytes;
  const packs = [...shelf.packs.values()]
    .map((pack) => ({ pack, share: share(pack) }))
    .sort((a, b) => b.share - a.share || (a.pack.id < b.pack.id ? -1 : 1));
  const joined = packs.filter(({ pack }) => pack.bytes < SMALL_BYTES).length > MANY_SMALL;
  for (const { pack } of packs) {
    // A chunk that lies twice is kept where less is wasted.
    const keep = pack.chunks.filter((place) => isOfUse(place) && !placed.has(place.id));
    for (const { id } of keep) placed.add(id);
    const waste = 1 - bytesOf(keep) / Math.max(1, bytesOf(pack.chunks));
    if (keep.length === 0) plan.unused.push(pack.id);
    else if (waste > maxWaste || (joined && pack.bytes < SMALL_BYTES)) plan.rewrite.push({ pack: pack.id, keep });
  }
  // A pack that cannot be read goes only when nothing that is missing may be in it.
  if ([...needed].every((id) => placed.has(id))) plan.unused.push(...shelf.unreadable);
  return plan;
}

/** Copies what stays, as it is sealed, after proving it. A pack with a damaged chunk stays where it is. */
async function rewrite(
  shelf: Shelf,
  packs: Plan['rewrite'],
  writer: PackWriter,
  options: PruneOptions,
): Promise<string[]> {
  const rewritten: string[] = [];
  const totalBytes = packs.reduce((sum, { keep }) => sum + bytesOf(keep), 0);
  let rewrittenBytes = 0;
  for (const { pack, keep } of packs) {
    let whole = true;
    for (const place of keep) {
      options.signal?.throwIfAborted();
      const read = await shelf.read([place], options.signal);
      const [opened] = read.opened;
      if (!Buffer.isBuffer(opened)) {
        whole = false;
        break;
      }
      release(opened);
      const { id, stored, plain, codec } = place;
      await writer.add({ id, stored, plain, codec, pieces: [read.stored] });
      rewrittenBytes += stored;
      options.onProgress?.({ rewrittenBytes, totalBytes });
    }
    if (whole) rewritten.push(pack);
  }
  return rewritten;
}

/** Packs in the store that no record names: given up before, or left by a crash long ago. */
async function orphanPacks(context: PruneContext, view: ChainView, options: PruneOptions): Promise<BlobInfo[]> {
  const { session } = context.session.keys;
  const named = new Set(view.packs.map(({ id }) => id));
  const dropped = new Set(view.dropped.map(({ id }) => id));
  const oldest = context.now().getTime() - (options.minAgeMs ?? DAY_MS);
  const orphans: BlobInfo[] = [];
  for await (const info of context.store.list(packFolder(session), passed(options.signal))) {
    const id = parsePackObject(info.key)?.pack ?? null;
    if (id === null || named.has(id)) continue;
    if (dropped.has(id) || info.modifiedAt.getTime() <= oldest) orphans.push(info);
  }
  return orphans;
}

function isFull(error: unknown): boolean {
  return error instanceof LeadMasterError && error.code === 'store_full';
}

function bytesOf(places: readonly ChunkPlace[]): number {
  return places.reduce((sum, { stored }) => sum + stored, 0);
}
