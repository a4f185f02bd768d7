import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import type { ChunkReader } from './chunk-reader.ts';
import { damagedSnapshot } from './failures.ts';
import type { ChainRecord } from './format/record.ts';
import { checkTree, type FileEntry, type TreeEntry } from './format/tree.ts';
import { folderError, hasCode } from './store/folder-errors.ts';
import { readTree } from './tree-reader.ts';
import type { ReadProgress } from './verify.ts';

export interface RestoreOptions {
  signal?: AbortSignal;
  onProgress?: (progress: ReadProgress) => void;
}

export interface Restored {
  files: number;
  bytes: number;
}

/** Setuid and its like are not brought back. */
const MODE = 0o777;

/**
 * Writes a snapshot's files into a folder that is empty or not there yet. When it resolves, every byte is proven and
 * durable. When it fails, what it wrote is removed again.
 */
export async function restoreTree(
  manifest: ChainRecord,
  reader: ChunkReader,
  totalBytes: number,
  target: string,
  options: RestoreOptions,
): Promise<Restored> {
  const entries = manifest.entries ?? [];
  checkTree(entries);
  const writer = new TreeWriter(target, manifest.id, totalBytes, options);
  try {
    await writer.begin(entries);
    await readTree(reader, entries, writer, options.signal);
    await writer.end(entries);
  } catch (error) {
    await writer.undo();
    throw folderError(target, 'restoring', error);
  }
  return { files: writer.progress.files, bytes: writer.progress.bytes };
}

class TreeWriter {
  readonly progress: ReadProgress;
  private readonly target: string;
  private readonly snapshot: string;
  private readonly options: RestoreOptions;
  private readonly folders = new Set<string>();
  private began = false;
  private made = false;

  constructor(target: string, snapshot: string, totalBytes: number, options: RestoreOptions) {
    this.target = target;
    this.snapshot = snapshot;
    this.options = options;
    this.progress = { files: 0, bytes: 0, totalBytes };
  }

  async begin(entries: readonly TreeEntry[]): Promise<void> {
    await this.takeTarget();
    this.began = true;
    for (const entry of entries) {
      const folder = entry.kind === 'directory' ? entry.path : dirname(entry.path);
      for (let path = folder; path !== '.' && !this.folders.has(path); path = dirname(path)) this.folders.add(path);
    }
    // Parents sort before what lies in them. Open to their owner until everything is written.
    for (const path of [...this.folders].sort()) await fs.mkdir(join(this.target, path), { mode: 0o700 });
  }

  async small(file: FileEntry, content: Buffer): Promise<void> {
    await this.write(file, [content]);
  }

  async large(file: FileEntry, content: AsyncIterable<Buffer>): Promise<void> {
    await this.write(file, content);
  }

  damage(object: string, problem: string, files: readonly string[]): void {
    throw damagedSnapshot(this.snapshot, `${object}: ${problem} (${files.join(', ')})`, [object]);
  }

  /** Symlinks come last, so that nothing was ever written through one; folders get their modes and times when full. */
  async end(entries: readonly TreeEntry[]): Promise<void> {
    for (const entry of entries) {
      if (entry.kind !== 'symlink') continue;
      const path = join(this.target, entry.path);
      await fs.symlink(entry.target, path);
      await fs.lutimes(path, entry.mtimeMs / 1000, entry.mtimeMs / 1000);
    }
    const described = new Map(entries.map((entry) => [entry.path, entry]));
    for (const folder of [...this.folders].sort().reverse()) {
      const entry = described.get(folder);
      await settleFolder(join(this.target, folder), entry);
    }
    await settleFolder(this.target, undefined);
    await settleFolder(dirname(this.target), undefined);
  }

  /** Leaves the target as it was found. */
  async undo(): Promise<void> {
    if (!this.began) return;
    for (const name of await fs.readdir(this.target).catch(() => [])) {
      await fs.rm(join(this.target, name), { recursive: true, force: true }).catch(() => undefined);
    }
    if (this.made) await fs.rmdir(this.target).catch(() => undefined);
  }

  private async takeTarget(): Promise<void> {
    try {
      await fs.mkdir(this.target, { mode: 0o700 });
      this.made = true;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      const names = await fs.readdir(this.target);
      if (names.length === 0) return;
      throw new LeadMasterError(
        'restore_target_used',
        `${this.target} holds ${names.length} entries already; a snapshot is never restored over anything.`,
        'Name a folder that is empty or does not exist.',
      );
    }
  }

  private async write(file: FileEntry, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    this.options.signal?.throwIfAborted();
    await using handle = await fs.open(join(this.target, file.path), 'wx', 0o600);
    for await (const piece of content) {
      for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at, piece.length - at)).bytesWritten;
      this.count(piece.length, 0);
    }
    await handle.chmod(file.mode & MODE);
    await handle.utimes(file.mtimeMs / 1000, file.mtimeMs / 1000);
    await handle.sync();
    this.count(0, 1);
  }

  private count(bytes: number, files: number): void {
    this.progress.bytes += bytes;
    this.progress.files += files;
    this.options.onProgress?.({ ...this.progress });
  }
}

/** Mode and time of a folder, and its entries made durable. */
async function settleFolder(path: string, entry: TreeEntry | undefined): Promise<void> {
  await using handle = await fs.open(path, 'r');
  await handle.sync();
  if (entry === undefined) return;
  await handle.utimes(entry.mtimeMs / 1000, entry.mtimeMs / 1000);
  await handle.chmod(entry.mode & MODE);
}
