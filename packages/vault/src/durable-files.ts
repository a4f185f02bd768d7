import { execFile } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { forEachLimit } from './concurrency.ts';

/** What may wait to be made durable: open files, and their bytes. */
const BATCH_FILES = 256;
const BATCH_BYTES = 64 * 1024 * 1024;
/** From so many files on, starting a process costs less than what it saves. */
const MANY = 32;
const SYNCS_AT_ONCE = 3;
/** Other programs may have much to write on the same disk. */
const WRITE_BACK_MS = 10_000;

/**
 * Makes files durable in batches, behind their writer. An fsync of a new file waits for a commit of the file system's
 * journal: one for each file is most of the time that many small files take. After a `sync` of the file system each fsync finds
 * its file written. The fsync of each file, by the handle that wrote it, stays what proves it durable.
 */
export class DurableFiles {
  readonly #folder: string;
  readonly #signal: AbortSignal | undefined;
  #batch: FileHandle[] = [];
  #bytes = 0;
  #settling: Promise<void> = Promise.resolve();

  /** `folder`: any on the file system where the files lie. */
  constructor(folder: string, signal?: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Takes over a file that is written. Resolves when the next may come; throws what an earlier one failed with. */
  async add(file: FileHandle, bytes: number): Promise<void> {
    this.#batch.push(file);
    this.#bytes += bytes;
    if (this.#batch.length >= BATCH_FILES || this.#bytes >= BATCH_BYTES) await this.#next();
  }

  /** Resolves when every file that was added is durable. */
  async finish(): Promise<void> {
    await this.#next();
    await this.#settling;
  }

  /** Closes what a failure has left open. */
  async abandon(): Promise<void> {
    await this.#settling.catch(() => undefined);
    await closeAll(this.#batch);
  }

  /** Begins with a batch once the one before is done. */
  async #next(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    const before = this.#settling;
    this.#settling = before.then(() => this.#settle(batch)).finally(() => closeAll(batch));
    // Who adds or finishes meets its failure.
    this.#settling.catch(() => undefined);
    await before;
  }

  async #settle(batch: readonly FileHandle[]): Promise<void> {
    if (batch.length >= MANY) await writeBack(this.#folder, this.#signal);
    await forEachLimit(batch, SYNCS_AT_ONCE, async (file) => {
      this.#signal?.throwIfAborted();
      await file.sync();
      await file.close();
    });
  }
}

/** Has the file system write what it holds in memory. Where that fails it only takes longer: each fsync tells what is wrong. */
async function writeBack(folder: string, signal: AbortSignal | undefined): Promise<void> {
  if (process.platform !== 'linux') return;
  const options = { timeout: WRITE_BACK_MS, ...(signal === undefined ? {} : { signal }) };
  await promisify(execFile)('sync', ['-f', folder], options).catch(() => undefined);
}

/** Closing a handle twice does nothing. What could fail here was told by the fsync. */
async function closeAll(files: readonly FileHandle[]): Promise<void> {
  await Promise.allSettled(files.map((file) => file.close()));
}
