import { type BigIntStats, type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureKind } from '../capture.ts';
import { classify, mayHold, type StorageClass } from '../classify.ts';

/** Something in a profile that belongs into a copy. */
export interface Found {
  /** Below the profile, `/`-separated. */
  path: string;
  kind: 'directory' | 'symlink' | 'file';
  stat: BigIntStats;
}

const CLASSES: Record<CaptureKind, readonly StorageClass[]> = {
  essential: ['critical', 'important'],
  full: ['critical', 'important', 'optional'],
};

/**
 * What a copy of this kind holds, folders before what is in them. Links are not followed; sockets, pipes and devices are
 * left out. What vanishes while we look (a browser that runs removes files all the time) was not there.
 *
 * @throws The system's error when the profile itself, or anything that is there, cannot be read.
 */
export function walk(profileDir: string, kind: CaptureKind): Found[] {
  const classes = CLASSES[kind];
  const found: Found[] = [];
  const look = (folder: string, entries: readonly Dirent[]): void => {
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (isFolder ? !mayHold(path, classes) : !classes.includes(classify(path).class)) continue;
      const one = describe(profileDir, path);
      if (one === null) continue;
      found.push(one);
      if (one.kind === 'directory') look(path, ifThere(() => list(join(profileDir, path))) ?? []);
    }
  };
  look('', list(profileDir));
  return found;
}

function list(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true });
}

function describe(profileDir: string, path: string): Found | null {
  const stat = ifThere(() => lstatSync(join(profileDir, path), { bigint: true }));
  if (stat === null) return null;
  if (stat.isFile()) return { path, kind: 'file', stat };
  if (stat.isDirectory()) return { path, kind: 'directory', stat };
  return stat.isSymbolicLink() ? { path, kind: 'symlink', stat } : null;
}

/** What a call answers, or null when there is nothing by that name any more. */
export function ifThere<T>(call: () => T): T | null {
  try {
    return call();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
