import type { Stats } from 'node:fs';
import * as nodeFs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { errorCode, isMissing } from '@leadmaster/service-kit/files';
import { accessHint } from './access.ts';

/** The disk as this folder uses it; tests put a failing one in its place. */
export type ProfileFs = Pick<
  typeof nodeFs,
  'lstat' | 'readdir' | 'readFile' | 'readlink' | 'open' | 'rename' | 'mkdir' | 'chmod' | 'rm' | 'statfs'
>;

export const realFs: ProfileFs = nodeFs;

/** What to do about the errors that disks really give. */
function hintFor(error: unknown, path: string): string {
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
      return accessHint(path);
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk of ${dirname(path)} is full: free some space there, then try again. Nothing was changed.`;
    case 'EROFS':
      return 'The disk is mounted read-only, often after a disk error: look at the system log, then mount it for writing.';
    case 'EIO':
      return 'The disk reports a hardware error. Stop, copy the data folder elsewhere, and look at the system log.';
    case 'EXDEV':
      return 'The data folder must lie on one file system: tokens and trash cannot be on different disks.';
    case 'EMFILE':
    case 'ENFILE':
      return 'Too many open files: raise the limit (LimitNOFILE, ulimit -n).';
    default:
      return `Look at ${path}; nothing was changed.`;
  }
}

/** A read that did not give a proven answer: never "no session" (design, invariant 2). */
export function unreadable(path: string, error: unknown): LeadMasterError {
  if (error instanceof LeadMasterError) return error;
  return new LeadMasterError(
    'profile_unreadable',
    `${path} cannot be read (${errorText(error)})`,
    hintFor(error, path),
    {
      cause: error,
    },
  );
}

/** A write that the disk refused. */
export function writeFailed(path: string, error: unknown, hint = hintFor(error, path)): LeadMasterError {
  if (error instanceof LeadMasterError) return error;
  return new LeadMasterError('storage_failed', `${path} cannot be written (${errorText(error)})`, hint, {
    cause: error,
  });
}

/** What lies at a path, not following a link there; null when proven absent. */
export async function lstatOrNull(fs: ProfileFs, path: string): Promise<Stats | null> {
  try {
    return await fs.lstat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw unreadable(path, error);
  }
}

/** The names in a folder; null when it is proven absent. */
export async function namesOrNull(fs: ProfileFs, folder: string): Promise<string[] | null> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if (isMissing(error)) return null;
    throw unreadable(folder, error);
  }
}

/** The text of a file; null when it is proven absent. */
export async function textOrNull(fs: ProfileFs, path: string): Promise<string | null> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw unreadable(path, error);
  }
}

/**
 * Makes a folder (0700) and those above it. Not `mkdir` with `recursive`: on a read-only disk Node then says ENOENT.
 */
export async function makeFolder(fs: ProfileFs, path: string): Promise<void> {
  const make = (): Promise<unknown> =>
    fs.mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
    await makeFolder(fs, dirname(path));
    // Once more and no further: some file systems (/proc) say ENOENT for anything.
    await make();
  }
}

/** One thing met on a walk. `path` is relative to the walk's root, with `/`. */
export interface Entry {
  path: string;
  full: string;
  kind: 'file' | 'folder' | 'other';
  size: number;
  mode: number;
  uid: number;
  dev: number;
  ino: number;
  mtimeMs: number;
}

/**
 * Everything below a folder (and the folder itself, as ''), parents first. Follows no symlink and crosses to no other
 * device. What vanishes meanwhile is passed over (a running browser removes files all the time);
 * `onVanished` hears of it.
 *
 * @throws LeadMasterError `profile_unreadable` for an entry that is there and cannot be read.
 */
export async function* walk(fs: ProfileFs, root: string, onVanished: () => void = () => {}): AsyncGenerator<Entry> {
  const first = await entryAt(fs, root, '');
  if (first === null) return;
  yield first;
  const folders = first.kind === 'folder' ? [first] : [];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let names: string[];
    try {
      names = await fs.readdir(folder.full);
    } catch (error) {
      if (isMissing(error) && folder.path !== '') {
        onVanished();
        continue;
      }
      throw unreadable(folder.full, error);
    }
    const parent = folder.path;
    const entries = await Promise.all(
      names.sort().map((name) => entryAt(fs, root, parent === '' ? name : `${parent}/${name}`)),
    );
    for (const [at, entry] of entries.entries()) {
      if (entry === null && !mayNotBeUtf8(names[at] ?? '')) onVanished();
      if (entry === null || entry.dev !== first.dev) continue;
      yield entry;
      if (entry.kind === 'folder') folders.push(entry);
    }
  }
}

/**
 * Whether a name that was listed and is not found may be one that is not UTF-8: Node lists it with U+FFFD in it. Neither Chromium
 * nor LeadMaster makes such names; they are passed over.
 */
export function mayNotBeUtf8(name: string): boolean {
  return name.includes('\uFFFD');
}

async function entryAt(fs: ProfileFs, root: string, path: string): Promise<Entry | null> {
  const full = path === '' ? root : join(root, path);
  const stat = await lstatOrNull(fs, full);
  if (stat === null) return null;
  const kind = stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'other';
  return {
    path,
    full,
    kind,
    size: Number(stat.size),
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    dev: Number(stat.dev),
    ino: Number(stat.ino),
    mtimeMs: Number(stat.mtimeMs),
  };
}
