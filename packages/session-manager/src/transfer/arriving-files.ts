import { createHash } from 'node:crypto';
import { closeSync, constants, createReadStream, existsSync, linkSync, mkdirSync, openSync, utimesSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LeadMasterError, type TransferEntry } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import { checkTree } from '@leadmaster/vault';
import { cannotLink } from '@leadmaster/vault/no-link';
import { syncFile, syncFolder } from '../profile/atomic-file.ts';
import { realFs, writeFailed } from '../profile/files.ts';
import type { DataPaths } from '../profile/paths.ts';
import { transferNames } from '../profile/staging-names.ts';

/** What no byte hashes to; it is never sent. */
export const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** So many files are put in place before others get their turn. */
const AT_ONCE = 100;

/**
 * The files of a session that is on its way here, by the hash of their content. A file counts as here only under its
 * whole name: hashed and on the disk.
 */
export class ArrivingFiles {
  readonly #folder: string;
  readonly #profile: string;

  constructor(paths: DataPaths, id: string) {
    const { files, profile } = transferNames(id);
    this.#folder = join(paths.staging, files);
    this.#profile = join(paths.staging, profile);
  }

  /** Where the profile is put together. */
  get profile(): string {
    return this.#profile;
  }

  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 }).catch(failing(this.#folder));
  }

  /**
   * Takes over what an earlier attempt has brought, whole or in part: a file is what its name says, from any sender.
   * Returns how many bytes that is.
   */
  async inherit(earlier: ArrivingFiles): Promise<number> {
    let bytes = 0;
    try {
      for (const name of await readdir(earlier.#folder).catch(noneIfMissing)) {
        const path = join(this.#folder, name);
        await rename(join(earlier.#folder, name), path);
        bytes += (await stat(path)).size;
      }
    } catch (error) {
      throw writeFailed(this.#folder, error);
    }
    return bytes;
  }

  async missing(hashes: readonly string[]): Promise<string[]> {
    const here = new Set(await readdir(this.#folder).catch(failing(this.#folder)));
    return hashes.filter((hash) => hash !== EMPTY_SHA256 && !here.has(hash));
  }

  /**
   * Puts a piece behind those that are here. Returns how many bytes of the file are here then; a piece that does not
   * fit changes nothing, and the number says where to continue.
   *
   * @throws LeadMasterError `transfer_incomplete` when a whole file is not what its name says: it is to be sent again.
   */
  async receive({ sha256, offset, size, bytes }: Piece): Promise<number> {
    const whole = join(this.#folder, sha256);
    const part = `${whole}.part`;
    try {
      if ((await sizeOf(whole)) !== null) return size;
      const here = (await sizeOf(part)) ?? 0;
      // All of it came before, and a crash has kept it from its name.
      const isAll = here === size;
      if (!isAll) {
        if (here !== offset || offset + bytes.length > size) return here > size ? await this.#startOver(part) : here;
        await append(part, bytes, offset + bytes.length === size);
        if (offset + bytes.length < size) return offset + bytes.length;
      }
      const isOnePiece = offset === 0 && !isAll;
      const found = isOnePiece ? createHash('sha256').update(bytes).digest('hex') : await hashOf(part);
      if (found === sha256) {
        await rename(part, whole);
        return size;
      }
      await rm(part, { force: true });
    } catch (error) {
      throw writeFailed(part, error);
    }
    throw new LeadMasterError(
      'transfer_incomplete',
      `A file has arrived that is not what was announced (${sha256.slice(0, 12)}…)`,
      'Something on the way changes bytes, or the file changed while it was read. Repeat the transfer.',
    );
  }

  /**
   * Makes the profile of what is here. Names are not durable before `settle`.
   *
   * Asked synchronously, as far as it goes: the session is down meanwhile, and through the thread pool each of thousands
   * of questions takes several times as long.
   *
   * @throws LeadMasterError `snapshot_unsafe` for a path that leads elsewhere, `transfer_incomplete` for a file that is not here.
   */
  async assemble(entries: readonly TransferEntry[], signal?: AbortSignal): Promise<void> {
    checkTree(entries);
    const root = this.#profile;
    try {
      if (existsSync(root)) await rm(root, { recursive: true });
      for (const folder of foldersOf(entries)) mkdirSync(join(root, folder), { mode: 0o700 });
      const used = new Set<string>();
      for (const [number, entry] of entries.entries()) {
        if (number % AT_ONCE === 0) {
          await nextTurn();
          signal?.throwIfAborted();
        }
        if (entry.kind !== 'file') continue;
        await this.#place(entry, join(root, entry.path), used.has(entry.sha256));
        used.add(entry.sha256);
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw writeFailed(root, error);
    }
  }

  /** Makes the profile that was put together durable. */
  async settle(entries: readonly TransferEntry[]): Promise<void> {
    const folders = foldersOf(entries).map((path) => join(this.#profile, path));
    const all = [...folders, dirname(this.#profile), this.#folder];
    await Promise.all(all.map((folder) => syncFolder(realFs, folder))).catch(failing(this.#profile));
  }

  /** Whether the profile was put together and has not been moved into place. */
  async isAssembled(): Promise<boolean> {
    return (await sizeOf(this.#profile)) !== null;
  }

  /** Takes everything away that has come, but for a profile that is in use by now. */
  async remove(): Promise<void> {
    for (const folder of [this.#profile, this.#folder]) await rm(folder, { recursive: true, force: true });
  }

  /** The first file of a content is the one that came; what has the same content gets a copy: both may be written to. */
  async #place(entry: TransferEntry & { kind: 'file' }, path: string, isTaken: boolean): Promise<void> {
    const { sha256, mtimeMs } = entry;
    const from = join(this.#folder, sha256);
    if (sha256 === EMPTY_SHA256) closeSync(openSync(path, 'wx', 0o600));
    else if (isTaken || !linkHere(from, path, entry.path)) {
      await copyFile(from, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await syncFile(realFs, path);
    }
    utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
  }

  async #startOver(part: string): Promise<number> {
    await rm(part, { force: true });
    return 0;
  }
}

interface Piece {
  sha256: string;
  offset: number;
  size: number;
  bytes: Buffer;
}

async function append(path: string, bytes: Buffer, isLast: boolean): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(bytes);
    if (isLast) await file.sync();
  } finally {
    await file.close();
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}

/** Null when there is nothing. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Every folder that the entries need, outer ones first: the profile itself is `''`. */
function foldersOf(entries: readonly TransferEntry[]): string[] {
  const folders = new Set(['']);
  for (const { path, kind } of entries) {
    if (kind === 'directory') folders.add(path);
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1))
      folders.add(path.slice(0, cut));
  }
  return [...folders].sort((a, b) => depth(a) - depth(b));
}

function depth(path: string): number {
  return path === '' ? 0 : path.split('/').length;
}

/**
 * Whether a file that has arrived was linked to its place; false where there are no links.
 *
 * @throws LeadMasterError `transfer_incomplete` where nothing has arrived under that name.
 */
function linkHere(from: string, path: string, named: string): boolean {
  try {
    linkSync(from, path);
    return true;
  } catch (error) {
    if (isMissing(error)) throw notHere(named);
    if (!cannotLink(error)) throw error;
    return false;
  }
}

function notHere(path: string): LeadMasterError {
  return new LeadMasterError(
    'transfer_incomplete',
    `${path} has not arrived, or not whole`,
    'Repeat the transfer: what is here already is not sent again.',
  );
}

function noneIfMissing(error: unknown): string[] {
  if (isMissing(error)) return [];
  throw error;
}

function failing(path: string): (error: unknown) => never {
  return (error) => {
    throw writeFailed(path, error);
  };
}
