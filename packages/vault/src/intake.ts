import { createHash } from 'node:crypto';
import type { WriteContext } from './commit.ts';
import { forEachLimit, Slots } from './concurrency.ts';
import { CHUNK_BYTES, identify, sealChunk } from './format/chunk.ts';
import { checkPath, checkTree, type FileEntry, type TreeEntry } from './format/tree.ts';
import { PackWriter } from './pack-writer.ts';
import { release } from './release.ts';
import type { Shelf } from './shelf.ts';
import { cut, type Source, type SourceFile } from './source.ts';

const FILES_AT_ONCE = 4;
/** Chunks being hashed, compressed or sealed; with the packs in the writer this bounds the memory. */
const CHUNKS_AT_ONCE = 4;

export interface SaveProgress {
  files: number;
  bytes: number;
  /** Of those, bytes of files that were not read because they are unchanged. */
  unchangedBytes: number;
  newBytes: number;
}

export interface IntakeOptions {
  signal?: AbortSignal;
  onProgress?: (progress: SaveProgress) => void;
}

/** Reads a source: what is unchanged is taken over, what is new goes to the writer. */
export class Intake {
  readonly writer: PackWriter;
  readonly progress: SaveProgress = { files: 0, bytes: 0, unchangedBytes: 0, newBytes: 0 };
  readonly #slots = new Slots(CHUNKS_AT_ONCE);
  readonly #storing = new Map<string, Promise<void>>();
  readonly #context: WriteContext;
  readonly #shelf: Shelf;
  readonly #before: Map<string, FileEntry>;
  readonly #options: IntakeOptions;

  constructor(context: WriteContext, shelf: Shelf, before: Map<string, FileEntry>, options: IntakeOptions) {
    this.#context = context;
    this.#shelf = shelf;
    this.#before = before;
    this.#options = options;
    this.writer = new PackWriter(context.store, context.session.keys, options.signal);
  }

  async take(source: Source): Promise<TreeEntry[]> {
    const entries: TreeEntry[] = [];
    await forEachLimit(source, FILES_AT_ONCE, async (entry) => {
      this.#options.signal?.throwIfAborted();
      checkPath(entry.path);
      const { path, mtimeMs } = entry;
      const common = { path, mode: entry.mode & 0o7777, mtimeMs };
      if (entry.kind === 'file') entries.push(await this.#takeFile(entry, common));
      else if (entry.kind === 'directory') entries.push({ ...common, kind: 'directory' });
      else entries.push({ ...common, kind: 'symlink', target: entry.target });
    });
    // Workers end out of order; a stable order also packs better.
    entries.sort((a, b) => (a.path < b.path ? -1 : 1));
    checkTree(entries);
    return entries;
  }

  async #takeFile(file: SourceFile, common: { path: string; mode: number; mtimeMs: number }): Promise<FileEntry> {
    const known = file.identity === null ? undefined : this.#before.get(file.path);
    const same = known?.identity === file.identity && known?.size === file.size;
    if (known !== undefined && same && known.chunks.every((id) => this.#shelf.has(id))) {
      this.progress.unchangedBytes += file.size;
      this.#count(file.size, 1);
      return { ...known, ...common };
    }
    const { chunks, size, sum } = await this.#readFile(file);
    this.#count(0, 1);
    const entry: FileEntry = { ...common, kind: 'file', size, chunks };
    // A file that changed while it was read is not the one that was looked at.
    if (file.identity !== null && size === file.size) entry.identity = file.identity;
    if (sum !== null) entry.sum = sum;
    return entry;
  }

  async #readFile(file: SourceFile): Promise<{ chunks: string[]; size: number; sum: string | null }> {
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
        this.#options.signal?.throwIfAborted();
        // Only a file of several chunks has a sum, and only a full chunk can have another behind it.
        if (jobs.length > 0 || piece.length === CHUNK_BYTES) sum.update(piece);
        size += piece.length;
        this.#count(piece.length, 0);
        await this.#slots.take();
        const job = this.store(piece).finally(() => {
          done(piece);
          this.#slots.give();
        });
        job.catch(() => {
          failed = true;
        });
        jobs.push(job);
      }
    } finally {
      // No work continues after the caller got an error.
      await Promise.allSettled(jobs);
    }
    const chunks = await Promise.all(jobs);
    return { chunks, size, sum: chunks.length > 1 ? sum.digest('hex') : null };
  }

  /** Stores a chunk unless the vault has it; resolves to its id. */
  async store(plain: Buffer): Promise<string> {
    const { keys } = this.#context.session;
    const id = await identify(keys, plain);
    if (this.#shelf.has(id)) return id;
    let storing = this.#storing.get(id);
    if (storing === undefined) {
      this.progress.newBytes += plain.length;
      storing = sealChunk(keys, id, plain).then((chunk) => this.writer.add(chunk));
      this.#storing.set(id, storing);
    }
    await storing;
    return id;
  }

  #count(bytes: number, files: number): void {
    this.progress.bytes += bytes;
    this.progress.files += files;
    this.#options.onProgress?.({ ...this.progress });
  }
}
