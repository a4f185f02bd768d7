import { dirname } from 'node:path';
import { syncFolder } from '../profile/atomic-file.ts';
import { type Entry, lstatOrNull, type ProfileFs, walk, writeFailed } from '../profile/files.ts';
import { MOVED_SUFFIX } from '../profile/paths.ts';
import type { ProfileRecord } from '../profile/profile-store.ts';
import { refuseUsed } from './checks.ts';
import { refuse } from './refusal.ts';
import { isSameLogin } from './survey.ts';

/**
 * Renames the folder that was copied here from another disk, so that the program it belonged to does not find it. Nothing
 * of it is deleted.
 *
 * @throws LeadMasterError `adopt_refused` when that name is taken, `storage_failed` when the disk refuses.
 */
export async function setSourceAside(fs: ProfileFs, profileDir: string): Promise<string> {
  const aside = profileDir + MOVED_SUFFIX;
  if ((await lstatOrNull(fs, aside)) !== null) {
    throw refuse(
      `The login is copied, but ${profileDir} cannot be set aside: ${aside} is there`,
      `Move that away, then give the same command again: the session does not start before ${profileDir} is gone.`,
    );
  }
  try {
    await fs.rename(profileDir, aside);
  } catch (error) {
    throw writeFailed(
      profileDir,
      error,
      `The login is copied, and the session does not start before ${profileDir} is gone: rename it to ${aside}, then give the same command again.`,
    );
  }
  await syncFolder(fs, dirname(aside)).catch((error: unknown) => {
    throw writeFailed(aside, error);
  });
  return aside;
}

/**
 * Brings to its end what an earlier call for the same folder and name has begun. False when the name is just taken: by
 * something else, or by a session that has been used since.
 *
 * @throws LeadMasterError `adopt_refused` when its folder was used after it was copied.
 */
export async function finishEarlier(
  fs: ProfileFs,
  { from, place, record, mode }: { from: string; place: string; record: ProfileRecord; mode: 'copy' | 'move' },
): Promise<boolean> {
  const source = await lstatOrNull(fs, from);
  if (source === null) {
    const isAside = (await lstatOrNull(fs, from + MOVED_SUFFIX)) !== null;
    return mode === 'move' && (record.originRetired || isAside);
  }
  // What lies there now came later.
  if (record.sourceGone) return false;
  const isSame = isSameLogin(await entriesOf(fs, from), await entriesOf(fs, place));
  if (mode === 'copy') return isSame;
  if (record.originRetired) return false;
  await refuseUsed(from);
  if (!isSame) {
    throw refuse(
      `${from} was used after it was copied to ${place}: the copy is older than the login`,
      `Delete the copy ("./leadmaster session delete ${record.session}"), then give the same command again.`,
    );
  }
  await setSourceAside(fs, from);
  return true;
}

async function entriesOf(fs: ProfileFs, folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of walk(fs, folder)) entries.push(entry);
  return entries;
}
