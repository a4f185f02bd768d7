import { mkdtemp, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where another disk may be, also when temporary files are kept in memory. */
export const OTHER_DISKS = ['/dev/shm', '/var/tmp', '/tmp'];

/** Makes a folder on another disk than the one given; null where there is none. It is for the caller to remove. */
export async function folderOnOtherDisk(folder: string, prefix: string): Promise<string | null> {
  const { dev } = await stat(folder);
  for (const there of OTHER_DISKS) {
    const found = await stat(there).catch(() => null);
    if (found !== null && found.dev !== dev) return mkdtemp(join(there, prefix));
  }
  return null;
}
