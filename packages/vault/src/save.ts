import { createHash } from 'node:crypto';
import type { Chain, ChainView } from './chain.ts';
import { overtaken } from './chain.ts';
import { forEachLimit, Slots } from './concurrency.ts';
import { isDamage, locked } from './failures.ts';
import { CHUNK_BYTES, identify, sealChunk } from './format/chunk.ts';
import { checkExtra, type SnapshotInfo } from './format/record.ts';
import { checkPath, checkTree, type FileEntry, type TreeEntry } from './format/tree.ts';
import type { KnownSession } from './keyring.ts';
import { PackWriter } from './pack-writer.ts';
import { release } from './release.ts';
import type { Shelf, ShelvedPack } from './shelf.ts';
import { cut, type Source, type SourceFile } from './source.ts';
import type { BlobStore } from './store/blob-store.ts';

const FILES_AT_ONCE = 4;
/** Chunks being hashed, compressed or sealed; with the packs in the writer this bounds the memory. */
const CHUNKS_AT_ONCE = 4;
const COMMIT_TRIES = 5;

export interface SaveOptions {
  /** `essential`, `full`, or whatever the caller tells apart. Retention counts each kind for itself. */
  kind: string;
  /** The caller's own facts, shown by lists; at most 16 KiB of JSON. */
  extra?: Record<string, unknown>;
  signal?: AbortSignal;
  onProgress?: (progress: SaveProgress) => void;
}

export interface SaveProgress {
  files: number;
  bytes: number;
  /** Of those, bytes of files that were not read because they are unchanged. */
  unchangedBytes: number;
  newBytes: number;
}

/** What a save works with. */
export interface SaveContext {
  store: BlobStore;
  session: KnownSession;
  chain: Chain;
  now: () => Date;
  loadShelf: (view: ChainView) => Promise<Shelf>;
}

/** Stores a snapshot. It exists, durably, when this resolves; until then the vault is as it was. */
export async function save(context: SaveContext, source: Source, options: SaveOptions): Promise<SnapshotInfo> {
  const { signal } = options;
  const began = performance.now();
  const extra = checkExtra(options.extra ?? {});
  const view = await context.chain.viewToWrite(signal);
  const [shelf, before] = await Promise.all([context.loadShelf(view), previousFiles(context.chain, view, signal)]);
  const intake = new Intake(context, shelf, before, options);
  let entries: TreeEntry[];
  try {
    entries = await intake.take(source);
    await intake.writer.finish();
  } catch (error) {
    await intake.writer.abandon();
    throw error;
  }
  const storedBytes = intake.writer.written.reduce((sum, pack) => sum + pack.bytes, 0);
  const { files, bytes, newBytes } = intake.progress;
  const made = { entries, packs: intake.writer.written };
  return commit(
    context,
    view,
    made,
    (at) => ({
      kind: options.kind,
      at: at.toISOString(),
      bytes,
      files,
      newBytes,
      storedBytes,
      durationMs: Math.round(performance.now() - began),
      extra,
    }),
    signal,
  );
}

async function commit(
  context: SaveContext,
  first: ChainView,
  made: { entries: TreeEntry[]; packs: readonly ShelvedPack[] },
  describe: (at: Date) => Omit<SnapshotInfo, 'id' | 'sequence'>,
  signal?: AbortSignal,
): Promise<SnapshotInfo> {
  const added = made.packs.map(({ id, bytes }) => ({ id, bytes }));
  let view = first;
  for (let tries = 0; tries < COMMIT_TRIES; tries++) {
    const at = context.now();
    const facts = describe(at);
    const { live, packs, dropped } = view;
    const record = await context.chain.commit(
      view,
      at,
      (id, sequence) => ({
        type: 'snapshot',
        live: [...live, { ...facts, id, sequence }],
        packs: [...packs, ...added],
        dropped,
        entries: made.entries,
      }),
      signal,
    );
    if (record !== null) return { ...facts, id: record.id, sequence: record.sequence };
    // Another writer was faster. What this snapshot needs may have been given up meanwhile: look before going on.
    view = await context.chain.viewToWrite(signal);
    await checkStillThere(context, view, made);
  }
  throw overtaken(context.session.name);
}

async function checkStillThere(
  context: SaveContext,
  view: ChainView,
  made: { entries: readonly TreeEntry[]; packs: readonly ShelvedPack[] },
): Promise<void> {
  const gone = new Set(view.dropped.map(({ id }) => id));
  const shelf = await context.loadShelf(view);
  for (const pack of made.packs) if (!gone.has(pack.id)) shelf.add(pack);
  for (const entry of made.entries) {
    if (entry.kind === 'file' && !entry.chunks.every((id) => shelf.has(id))) {
      throw locked('A prune by another manager has removed what this snapshot was about to rely on.');
    }
  }
  if (made.packs.some(({ id }) => gone.has(id)))
    throw locked('A prune by another manager took this save for a dead one.');
}

/** Files by path as the newest snapshot of each kind has them; a kind that cannot be read is passed over. */
async function previousFiles(chain: Chain, view: ChainView, signal?: AbortSignal): Promise<Map<string, FileEntry>> {
  const newest = new Map<string, SnapshotInfo>();
  for (const info of view.live) newest.set(info.kind, info);
  const files = new Map<string, FileEntry>();
  for (const info of [...newest.values()].sort((a, b) => a.sequence - b.sequence)) {
    try {
      const isHead = view.head?.id === info.id;
      const entries = (isHead ? view.head?.entries : (await chain.manifest(info, signal)).entries) ?? [];
      for (const entry of entries) {
        if (entry.kind === 'file' && entry.identity !== undefined) files.set(entry.path, entry);
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  return files;
}

/** Reads a source: what is unchanged is taken over, what is new goes to the writer. */
class Intake {
  readonly writer: PackWriter;
  readonly progress: SaveProgress = { files: 0, bytes: 0, unchangedBytes: 0, newBytes: 0 };
  private readonly slots = new Slots(CHUNKS_AT_ONCE);
  private readonly storing = new Map<string, Promise<void>>();
  private readonly context: SaveContext;
  private readonly shelf: Shelf;
  private readonly before: Map<string, FileEntry>;
  private readonly options: SaveOptions;

  constructor(context: SaveContext, shelf: Shelf, before: Map<string, FileEntry>, options: SaveOptions) {
    this.context = context;
    this.shelf = shelf;
    this.before = before;
    this.options = options;
    this.writer = new PackWriter(context.store, context.session.keys, options.signal);
  }

  async take(source: Source): Promise<TreeEntry[]> {
    const entries: TreeEntry[] = [];
    await forEachLimit(source, FILES_AT_ONCE, async (entry) => {
      this.options.signal?.throwIfAborted();
      checkPath(entry.path);
      const { path, mtimeMs } = entry;
      const common = { path, mode: entry.mode & 0o7777, mtimeMs };
      if (entry.kind === 'file') entries.push(await this.takeFile(entry, common));
      else if (entry.kind === 'directory') entries.push({ ...common, kind: 'directory' });
      else entries.push({ ...common, kind: 'symlink', target: entry.target });
    });
    // Workers end out of order; a stable order also packs better.
    entries.sort((a, b) => (a.path < b.path ? -1 : 1));
    checkTree(entries);
    return entries;
  }

  private async takeFile(
    file: SourceFile,
    common: { path: string; mode: number; mtimeMs: number },
  ): Promise<FileEntry> {
    const known = file.identity === null ? undefined : this.before.get(file.path);
    const same = known?.identity === file.identity && known?.size === file.size;
    if (known !== undefined && same && known.chunks.every((id) => this.shelf.has(id))) {
      this.progress.unchangedBytes += file.size;
      this.count(file.size, 1);
      return { ...known, ...common };
    }
    const { chunks, size, sum } = await this.readFile(file);
    this.count(0, 1);
    const entry: FileEntry = { ...common, kind: 'file', size, chunks };
    // A file that changed while it was read is not the one that was looked at.
    if (file.identity !== null && size === file.size) entry.identity = file.identity;
    if (sum !== null) entry.sum = sum;
    return entry;
  }

  private async readFile(file: SourceFile): Promise<{ chunks: string[]; size: number; sum: string | null }> {
    const jobs: Promise<string>[] = [];
    const sum = createHash('sha256');
    let size = 0;
    let failed = false;
    try {
      const body = file.open();
      // What a source holds whole is its own.
      const done = Buffer.isBuffer(body) ? () => {} : release;
      for await (const piece of cut(body, file.size, CHUNK_BYTES)) {
        if (failed) break;
        this.options.signal?.throwIfAborted();
        // Only a file of several chunks has a sum, and only a full chunk can have another behind it.
        if (jobs.length > 0 || piece.length === CHUNK_BYTES) sum.update(piece);
        size += piece.length;
        this.count(piece.length, 0);
        await this.slots.take();
        const job = this.store(piece).finally(() => {
          done(piece);
          this.slots.give();
        });
        job.catch(() => {
          failed = true;
        });
        jobs.push(job);
      }
    } finally {
      // Nothing goes on behind the back of a caller who was told of a failure.
      await Promise.allSettled(jobs);
    }
    const chunks = await Promise.all(jobs);
    return { chunks, size, sum: chunks.length > 1 ? sum.digest('hex') : null };
  }

  private async store(plain: Buffer): Promise<string> {
    const { keys } = this.context.session;
    const id = await identify(keys, plain);
    if (this.shelf.has(id)) return id;
    let storing = this.storing.get(id);
    if (storing === undefined) {
      this.progress.newBytes += plain.length;
      storing = sealChunk(keys, id, plain).then((chunk) => this.writer.add(chunk));
      this.storing.set(id, storing);
    }
    await storing;
    return id;
  }

  private count(bytes: number, files: number): void {
    this.progress.bytes += bytes;
    this.progress.files += files;
    this.options.onProgress?.({ ...this.progress });
  }
}
