import { LeadMasterError } from '@leadmaster/protocol';
import { type ProfileFs, unreadable } from './files.ts';

/** Bytes that this user may still write on the disk of a path that exists. */
export async function freeBytes(fs: ProfileFs, path: string): Promise<number> {
  try {
    const { bavail, bsize } = await fs.statfs(path);
    return Number(bavail) * Number(bsize);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Refuses what would fill a disk, before it does: Chromium was seen to make a login's database anew, empty, because it
 * could not open the one that was there.
 *
 * @throws LeadMasterError `storage_failed` when fewer bytes are free; the rest of the sentence says what for.
 */
export async function requireRoom(
  fs: ProfileFs,
  path: string,
  wanted: { bytes: number; what: string; hint: string },
): Promise<void> {
  const free = await freeBytes(fs, path);
  if (free >= wanted.bytes) return;
  throw new LeadMasterError(
    'storage_failed',
    `Only ${Math.floor(free / 2 ** 20)} MB are free on the disk of ${path}, and ${wanted.what} ${Math.ceil(wanted.bytes / 2 ** 20)} MB`,
    wanted.hint,
  );
}

/** Snapshots stop well before browsers do: what they write must not take the last of a disk from a running session. */
export function snapshotRoom(minFreeBytes: number): number {
  return 2 * minFreeBytes;
}
