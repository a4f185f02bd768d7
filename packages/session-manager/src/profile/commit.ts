import { dirname, join } from 'node:path';
import { CRITICAL_PATHS, RECORD_FILE } from '@leadmaster/capture/classify';
import { LeadMasterError } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import { syncFile } from './atomic-file.ts';
import { lstatOrNull, type ProfileFs, walk, writeFailed } from './files.ts';
import { loginStores } from './login-presence.ts';

const MAX_ROUNDS = 50;

/**
 * Makes the login's files durable while the browser runs: fsync of every file of the critical class, then of every
 * folder from there up to the given top, and again for new entries, until a listing shows nothing new. Files that
 * LevelDB compacts away meanwhile are passed over: their content is in a newer file of the next listing.
 *
 * @throws LeadMasterError `profile_unreadable` when the stores are not whole afterwards; `storage_failed` when the disk
 * refuses; `timeout` when the files never stand still.
 */
export async function syncLogin(
  fs: ProfileFs,
  profileDir: string,
  top: string,
): Promise<{ files: number; rounds: number }> {
  const synced = new Set<string>();
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const { files, folders, still } = await listCritical(fs, profileDir);
    const fresh = files.filter((file) => !synced.has(file.id));
    // The first round always syncs the folders: the names themselves must be durable.
    if (fresh.length === 0 && still && round > 1) {
      await proveWhole(fs, profileDir);
      return { files: synced.size, rounds: round };
    }
    for (const file of fresh) if (await syncOrVanished(fs, file.full)) synced.add(file.id);
    for (const folder of [...folders, ...foldersUpTo(profileDir, top)]) await syncOrVanished(fs, folder);
  }
  throw new LeadMasterError(
    'timeout',
    `The login in ${profileDir} was rewritten ${MAX_ROUNDS} times while it was being saved`,
    'The disk is too slow for what the page writes. It is tried again.',
  );
}

/** Critical files by name and inode (a file replaced under its name is a new one), and their folders, deepest first. */
async function listCritical(
  fs: ProfileFs,
  profileDir: string,
): Promise<{ files: { id: string; full: string }[]; folders: string[]; still: boolean }> {
  const files: { id: string; full: string }[] = [];
  const folders = new Set<string>();
  // Something that vanished while it was listed may have a successor that the listing came too early for.
  let still = true;
  for (const path of CRITICAL_PATHS) {
    if (path === RECORD_FILE) continue;
    for await (const entry of walk(fs, join(profileDir, path), () => {
      still = false;
    })) {
      if (entry.kind === 'file') files.push({ id: `${entry.full} ${entry.ino}`, full: entry.full });
      if (entry.kind === 'folder') for (const folder of foldersUpTo(entry.full, profileDir)) folders.add(folder);
    }
  }
  folders.delete(profileDir);
  return { files, folders: [...folders].sort((a, b) => b.length - a.length), still };
}

/** A folder and those above it, up to and with the top. */
function foldersUpTo(folder: string, top: string): string[] {
  const list: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    list.push(at);
    if (at === top || at === dirname(at)) return list;
  }
}

async function syncOrVanished(fs: ProfileFs, path: string): Promise<boolean> {
  try {
    await syncFile(fs, path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw writeFailed(path, error);
  }
}

async function proveWhole(fs: ProfileFs, profileDir: string): Promise<void> {
  if ((await lstatOrNull(fs, profileDir)) === null) throw notWhole(profileDir, 'the profile is gone');
  for (const store of Object.values(await loginStores(fs, profileDir))) {
    if (store.state !== 'whole')
      throw notWhole(profileDir, store.state === 'broken' ? store.detail : 'a store is missing');
  }
}

function notWhole(profileDir: string, why: string): LeadMasterError {
  return new LeadMasterError(
    'profile_unreadable',
    `The login in ${profileDir} is not whole on disk (${why})`,
    'The browser has not written it out yet; it is tried again. If it stays so, look at the disk.',
  );
}
