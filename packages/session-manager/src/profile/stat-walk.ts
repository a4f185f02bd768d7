import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMissing } from '@leadmaster/service-kit/files';
import { unreadable } from './files.ts';

/** The little of a disk that measuring needs; tests put a failing one in its place. */
export interface StatFs {
  readdirSync(path: string): string[];
  lstatSync(path: string): Stats;
}

/** A file met on the walk, by its path below the root, with `/`. */
export type Visit = (path: string, stat: Stats) => void;

/** So many are looked at before others get their turn: about a millisecond. */
const AT_ONCE = 200;

const realDisk: StatFs = { readdirSync: (path) => readdirSync(path), lstatSync: (path) => lstatSync(path) };

/**
 * Looks at every file below a folder: sizes and times, nothing is read. Asked synchronously, since going through the
 * thread pool costs several times what the question itself does; others get their turn in between. Follows no symlink
 * and crosses to no other device; what vanishes meanwhile is passed over. No folder, no files.
 *
 * @throws LeadMasterError `profile_unreadable` for an entry that is there and cannot be looked at.
 */
export async function statFiles(root: string, visit: Visit, disk: StatFs = realDisk): Promise<void> {
  const first = statAt(disk, root);
  if (first === null) return;
  const folders = [''];
  let seen = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of namesIn(disk, join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stat = statAt(disk, `${root}/${path}`);
      seen += 1;
      if (seen % AT_ONCE === 0) await nextTurn();
      if (stat === null || stat.dev !== first.dev) continue;
      if (stat.isDirectory()) folders.push(path);
      else if (stat.isFile()) visit(path, stat);
    }
  }
}

function statAt(disk: StatFs, path: string): Stats | null {
  try {
    return disk.lstatSync(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw unreadable(path, error);
  }
}

function namesIn(disk: StatFs, path: string): string[] {
  try {
    return disk.readdirSync(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw unreadable(path, error);
  }
}
