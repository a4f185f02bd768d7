import { join } from 'node:path';
import { lstatOrNull, type ProfileFs } from './files.ts';

/**
 * A file that every snapshot has beside the profile's own: what was found and counted when it was taken. A restore takes
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
