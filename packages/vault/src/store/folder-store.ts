import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { exactly, sourceOf } from './blob-body.ts';
import { checkKey, checkPrefix, isKey } from './blob-key.ts';
import type { BlobInfo, BlobSource, BlobStore, GetOptions, PutOptions } from './blob-store.ts';
import { Claims } from './claims.ts';
import { folderError, hasCode, isFull } from './folder-errors.ts';
import { cannotLink } from './no-link.ts';
import { Reserve } from './reserve.ts';

/** The folder where bodies are written before they get their names. No key has a segment that begins with a dot. */
const TEMPORARY = '.tmp';
const isTemporaryBody = (name: string): boolean => /^[0-9a-f]{24}$/.test(name);
/** Whether a path below a store's folder is of a body that is being written, or where they lie. */
export function isTemporary(path: string): boolean {
  return path === TEMPORARY;
}
/** What a crash left there is removed once it is too old to be still written. */
const TEMPORARY_AGE_MS = 24 * 3600 * 1000;

/**
 * Objects as files of a folder, readable by its owner only.
 *
 * A folder that is not there is an error and never an empty store: its disk may not be mounted. `create` makes it.
 */
export class FolderStore implements BlobStore {
  readonly name: string;
  readonly #folder: string;
  readonly #create: boolean;
  readonly #made = new Set<string>();
  readonly #reserve: Reserve;
  readonly #claims: Claims;
  #prepared: Promise<void> | null = null;

  constructor(folder: string, options: { create?: boolean } = {}) {
    this.#folder = resolve(folder);
    this.name = `file:${this.#folder}`;
    this.#create = options.create ?? false;
    this.#reserve = new Reserve(join(this.#folder, TEMPORARY));
    this.#claims = new Claims(join(this.#folder, TEMPORARY));
  }

  async put(key: string, body: Uint8Array | BlobSource, options: PutOptions = {}): Promise<boolean> {
    checkKey(key);
    options.signal?.throwIfAborted();
    return this.#attempt(`writing ${key}`, async () => {
      await this.#prepare();
      for (;;) {
        try {
          return await this.#write(key, body, options);
        } catch (error) {
          if (options.frees !== true || !isFull(error) || !(await this.#reserve.give())) throw error;
        }
      }
    });
  }

  async get(key: string, options: GetOptions = {}): Promise<Buffer | null> {
    checkKey(key);
    options.signal?.throwIfAborted();
    return this.#attempt(`reading ${key}`, () =>
      this.#unlessAbsent(async () => {
        await using file = await fs.open(this.#path(key), 'r');
        const { size } = await file.stat();
        const offset = Math.min(options.range?.offset ?? 0, size);
        const bytes = Buffer.allocUnsafe(Math.min(options.range?.length ?? size, size - offset));
        let filled = 0;
        while (filled < bytes.length) {
          options.signal?.throwIfAborted();
          const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      }),
    );
  }

  async stat(key: string, options: { signal?: AbortSignal } = {}): Promise<BlobInfo | null> {
    checkKey(key);
    options.signal?.throwIfAborted();
    return this.#attempt(`looking at ${key}`, () =>
      this.#unlessAbsent(async () => {
        const found = await fs.stat(this.#path(key));
        return found.isFile() ? { key, bytes: found.size, modifiedAt: found.mtime } : null;
      }),
    );
  }

  async *list(prefix: string, options: { signal?: AbortSignal } = {}): AsyncIterable<BlobInfo> {
    checkPrefix(prefix);
    const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const keys = await this.#attempt(`listing ${prefix}`, async () => {
      const found: string[] = [];
      await this.#walk(base, prefix, found, options.signal);
      return found.sort();
    });
    for (const key of keys) {
      // One that was deleted meanwhile is gone, which a list may say.
      const info = await this.stat(key, options);
      if (info !== null) yield info;
    }
  }

  async delete(key: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    checkKey(key);
    options.signal?.throwIfAborted();
    await this.#attempt(`deleting ${key}`, async () => {
      const gone = await this.#unlessAbsent(() => fs.unlink(this.#path(key)).then(() => true));
      if (gone !== null) await syncFolder(dirname(this.#path(key)));
      await this.#reserve.refill();
    });
  }

  async #write(key: string, body: Uint8Array | BlobSource, options: PutOptions): Promise<boolean> {
    const path = this.#path(key);
    const ifAbsent = options.ifAbsent === true;
    // A look before the work; the link below decides.
    if (ifAbsent && (await present(path))) return false;
    await this.#makeFolder(dirname(path));
    const temporary = join(this.#folder, TEMPORARY, randomBytes(12).toString('hex'));
    try {
      await writeDurably(temporary, exactly(key, sourceOf(body)), options.signal);
      const won = ifAbsent ? await this.#nameIfAbsent(temporary, path) : await rename(temporary, path);
      if (won) await syncFolder(dirname(path));
      return won;
    } finally {
      await fs.rm(temporary, { force: true });
    }
  }

  /** Gives a whole file a name that must be free: by a hard link, where there are any. */
  async #nameIfAbsent(temporary: string, path: string): Promise<boolean> {
    try {
      await fs.link(temporary, path);
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      if (!cannotLink(error)) throw error;
    }
    return this.#claims.during(path, async () => !(await present(path)) && (await rename(temporary, path)));
  }

  #path(key: string): string {
    return join(this.#folder, ...key.split('/'));
  }

  async #attempt<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw folderError(this.#folder, operation, error);
    }
  }

  /** Null when the file is proven absent: the store's own folder is there, and the file is not. */
  async #unlessAbsent<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) throw error;
      await this.#checkFolder();
      return null;
    }
  }

  async #checkFolder(): Promise<void> {
    if (this.#create) await this.#prepare();
    const found = await fs.stat(this.#folder).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
      throw error;
    });
    if (found?.isDirectory() === true) return;
    if (found !== null) {
      const detail = `${this.#folder} is a file, and no folder`;
      throw new LeadMasterError('store_unreachable', detail, 'Correct the path: it has to name a folder.');
    }
    throw new LeadMasterError(
      'store_unreachable',
      `The folder ${this.#folder} does not exist`,
      'Mount its disk, or correct the path. A new store is made only where that was asked for.',
    );
  }

  /** Once per store: its folder, and a place for what is being written, without what a crash left there. */
  #prepare(): Promise<void> {
    this.#prepared ??= this.#prepareFolder().catch((error: unknown) => {
      this.#prepared = null;
      throw error;
    });
    return this.#prepared;
  }

  async #prepareFolder(): Promise<void> {
    if (this.#create) await makeDurably(this.#folder);
    else await this.#checkFolder();
    const temporary = join(this.#folder, TEMPORARY);
    await makeDurably(temporary);
    await this.#reserve.fill();
    for (const name of await fs.readdir(temporary)) {
      if (!isTemporaryBody(name)) continue;
      const path = join(temporary, name);
      const found = await fs.stat(path).catch(() => null);
      if (found !== null && found.mtimeMs < Date.now() - TEMPORARY_AGE_MS) await fs.rm(path, { force: true });
    }
  }

  async #makeFolder(folder: string): Promise<void> {
    if (this.#made.has(folder)) return;
    await makeDurably(folder);
    this.#made.add(folder);
  }

  async #walk(base: string, prefix: string, found: string[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const folder = join(this.#folder, base);
    const entries = await this.#unlessAbsent(() => fs.readdir(folder, { withFileTypes: true }));
    for (const entry of entries ?? []) {
      // Others write into folders too (synchronisers, storage boxes, desktops): what is no key is not of this store.
      if (!isKey(entry.name)) continue;
      const key = `${base}${entry.name}`;
      if (entry.isFile() && key.startsWith(prefix)) found.push(key);
      if (entry.isDirectory() && (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`))) {
        await this.#walk(`${key}/`, prefix, found, signal);
      }
    }
  }
}

async function present(path: string): Promise<boolean> {
  return fs.stat(path).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    },
  );
}

async function writeDurably(path: string, body: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
  await using file = await fs.open(path, 'wx', 0o600);
  for await (const piece of body) {
    signal?.throwIfAborted();
    for (let at = 0; at < piece.length; ) {
      at += (await file.write(piece, at, piece.length - at)).bytesWritten;
    }
  }
  await file.sync();
}

async function rename(temporary: string, path: string): Promise<true> {
  await fs.rename(temporary, path);
  return true;
}

/** Makes folders, each durable in its parent. */
async function makeDurably(folder: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await fs.open(folder, 'r');
  await handle.sync();
}
