import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@leadmaster/service-kit/files';
import { lstatOrNull, type ProfileFs, writeFailed } from './files.ts';

/**
 * A file that every snapshot of a session has beside the profile's own: what was found and counted when it was taken. A restore takes
 * it out; so a profile that has it was written out of a snapshot by hand, and is a copy of a login that may live.
 */
export const FINDINGS_FILE = '.leadmaster-snapshot.json';

/**
 * Whether a profile was written out of a snapshot (design, invariant 10).
 *
 * @throws LeadMasterError `profile_unreadable`.
 */
export async function isExtracted(fs: ProfileFs, profileDir: string): Promise<boolean> {
  return (await lstatOrNull(fs, join(profileDir, FINDINGS_FILE))) !== null;
}

/**
 * Marks a folder as written out of a snapshot, where the snapshot was taken by a program without generations.
 *
 * @throws LeadMasterError `storage_failed`.
 */
export async function markExtracted(profileDir: string): Promise<void> {
  const path = join(profileDir, FINDINGS_FILE);
  try {
    await writeFile(path, '{}\n', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw writeFailed(path, error);
  }
}
