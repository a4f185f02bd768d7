import { LeadMasterError } from '@leadmaster/protocol';
import { errorCode } from '@leadmaster/service-kit/files';
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
 * Refuses what would fill a disk, before it does: Chromium was seen to recreate a login's database empty, because it
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
    { cause: Object.assign(new Error('the disk has too little room'), { code: 'ENOSPC' }) },
  );
}

/** What the system and SQLite say when a disk or a quota is full. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

/** Whether an error, or one that caused it, says that there is no room: it passes by itself once there is some. */
export function isOutOfRoom(error: unknown): boolean {
  return error instanceof Error && (FULL.has(errorCode(error)) || isOutOfRoom(error.cause));
}

/** Snapshots stop well before browsers do: what they write must not take the last of a disk from a running session. */
export function snapshotRoom(minFreeBytes: number): number {
  return 2 * minFreeBytes;
}
