import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mountsWithin } from '../profile/mounts.ts';
import type { DataPaths } from '../profile/paths.ts';
import { isStagingName, stagingName } from '../profile/staging-names.ts';

/** A name in the staging folder that is free. After a restart its contents are deleted. */
export function stagingPath(
  paths: DataPaths,
  what: 'capture' | 'restore' | 'drill' | 'adopt',
  session: string,
): string {
  return join(paths.staging, stagingName(what, session));
}

/** Runs a task with a folder of the staging area, which is removed afterwards in any case; a task may move it away. */
export async function inStaging<T>(path: string, task: (path: string) => Promise<T>): Promise<T> {
  try {
    return await task(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

/**
 * Removes what a process that died has left in staging, but for the names to keep; what others have put there stays. Called before
 * anything is staged. What cannot be removed (it may be another user's) stays, and the start continues: `onLeft` gets its path. Through a link nothing is removed:
 * a copy of the data folder shares it with the folder itself, which may be at work there.
 */
export async function sweepStaging(
  paths: DataPaths,
  keep: ReadonlySet<string> = new Set(),
  onLeft: (path: string, error: unknown) => void = () => {},
): Promise<string[]> {
  if ((await lstat(paths.staging)).isSymbolicLink()) return [];
  const names = (await readdir(paths.staging)).filter((name) => isStagingName(name) && !keep.has(name));
  // Through a mount, foreign files would be deleted: it stays until it is unmounted.
  const free = names.filter((name) => mountsWithin(join(paths.staging, name)).length === 0);
  const swept: string[] = [];
  for (const name of free) {
    const path = join(paths.staging, name);
    try {
      await rm(path, { recursive: true, force: true });
      swept.push(name);
    } catch (error) {
      onLeft(path, error);
    }
  }
  return swept;
}
