import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { localTime } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import { lstatOrNull, type ProfileFs, unreadable } from './files.ts';
import type { LoginEvidence, ProfileRecord } from './profile-store.ts';

/** What is seen of one LevelDB folder. */
export type StoreState = { state: 'whole' } | { state: 'missing' } | { state: 'broken'; detail: string };

/**
 * Whether a LevelDB folder could be opened: its CURRENT is a file and names a MANIFEST that is there and not empty.
 * `missing` only when the folder is proven absent, or holds nothing yet.
 *
 * @throws LeadMasterError `profile_unreadable` for any read error but ENOENT.
 */
export async function storeState(fs: ProfileFs, folder: string, looks = 5): Promise<StoreState> {
  const stat = await lstatOrNull(fs, folder);
  if (stat === null) return { state: 'missing' };
  if (!stat.isDirectory()) return { state: 'broken', detail: `${folder} is not a folder` };
  const current = join(folder, 'CURRENT');
  const seen = await lstatOrNull(fs, current);
  if (seen === null) {
    return (await isEmpty(fs, folder)) ? { state: 'missing' } : { state: 'broken', detail: `${current} is missing` };
  }
  if (!seen.isFile()) return { state: 'broken', detail: `${current} is not a file` };
  let text: string;
  try {
    text = await fs.readFile(current, 'latin1');
  } catch (error) {
    // Replaced by rename in between: look again rather than guess.
    if (isMissing(error) && looks > 1) return storeState(fs, folder, looks - 1);
    throw unreadable(current, error);
  }
  const name = /^(MANIFEST-[0-9]+)\n$/.exec(text)?.[1];
  if (name === undefined) return { state: 'broken', detail: `${current} does not name a MANIFEST` };
  const manifest = await lstatOrNull(fs, join(folder, name));
  if (manifest === null || !manifest.isFile() || manifest.size === 0) {
    // LevelDB may have moved on to the next one while we looked; if CURRENT still says the same, it is broken.
    const again = await fs.readFile(current, 'latin1').catch((error: unknown) => {
      throw unreadable(current, error);
    });
    if (again !== text && looks > 1) return storeState(fs, folder, looks - 1);
    return { state: 'broken', detail: `${current} names ${name}, which is ${manifest === null ? 'missing' : 'empty'}` };
  }
  return { state: 'whole' };
}

/** A folder that LevelDB has made but not filled: at most its LOCK and LOG. */
async function isEmpty(fs: ProfileFs, folder: string): Promise<boolean> {
  try {
    return (await fs.readdir(folder)).every((name) => /^(LOCK|LOG(\.old)?)$/.test(name));
  } catch (error) {
    throw unreadable(folder, error);
  }
}

/** Both stores of a profile. */
export async function loginStores(
  fs: ProfileFs,
  profileDir: string,
): Promise<Record<keyof typeof LOGIN_STORES, StoreState>> {
  return {
    indexedDb: await storeState(fs, join(profileDir, LOGIN_STORES.indexedDb)),
    localStorage: await storeState(fs, join(profileDir, LOGIN_STORES.localStorage)),
  };
}

/** Compares what is on disk with the record; the results are explained at `LoginPresence`. */
export async function loginEvidence(
  fs: ProfileFs,
  profileDir: string,
  record: ProfileRecord | null,
): Promise<LoginEvidence> {
  const { indexedDb, localStorage } = await loginStores(fs, profileDir);
  const say = (name: string, store: StoreState): string =>
    store.state === 'broken' ? `${name} is broken (${store.detail})` : `${name} is ${store.state}`;
  const seen = `${say('IndexedDB', indexedDb)}, ${say('Local Storage', localStorage)}`;
  const whole = indexedDb.state === 'whole' && localStorage.state === 'whole';
  const nothing = indexedDb.state === 'missing' && localStorage.state === 'missing';
  const told = (presence: LoginEvidence['presence'], why: string): LoginEvidence => ({
    presence,
    detail: `${why}: ${seen}`,
  });

  if (record !== null && record.committedAt !== null) {
    return whole
      ? told('present', `login committed at ${localTime(record.committedAt)}`)
      : told('damaged', `a login was committed at ${localTime(record.committedAt)}, but it is no longer whole`);
  }
  if (nothing) return told('absent', 'no login was ever saved here');
  if (record === null || record.origin === 'adopted') {
    return whole ? told('present', 'a profile from elsewhere') : told('damaged', 'a profile from elsewhere, not whole');
  }
  return told('uncommitted', 'this profile has been opened, but no login was committed');
}
