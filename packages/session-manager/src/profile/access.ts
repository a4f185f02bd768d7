import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { shellWord } from '@leadmaster/protocol';
import { dataFolderAround, isDataFolder, profileAround } from './recognise.ts';

/**
 * What to do where the system refuses a path to this user. Commands name that path or the data folder around it, and
 * this user by number, so that any user can run them; they cover a whole folder only
 * where it is certainly LeadMaster's.
 */
export function accessHint(path: string): string {
  const folder = dataFolderAround(path);
  return hintAt(folder ?? path, folder !== null);
}

/** As `accessHint`, for the data folder itself, which may not be there yet. */
export function dataFolderHint(root: string): string {
  if (isDataFolder(root)) return hintAt(root, true);
  const other = 'Set LEADMASTER_DATA_DIR to a folder of this user';
  if (uidAt(root) !== null) return `${other}. ${hintAt(root, false)}`;
  const me = process.getuid?.() ?? 0;
  if (me === 0) return `${other}, or look at the folders above ${root}.`;
  return `${other}, or make this one (as root): install -d -m 700 -o ${me} ${shellWord(root)}`;
}

/**
 * What to do where a path in or of a folder from elsewhere is refused to this user. A command goes through a whole folder
 * only where that is seen to be a profile: what was typed may be /etc, or a parent of everything.
 */
export function takeOverHint(folder: string, refused: string): string {
  const me = process.getuid?.();
  if (me === undefined || me === 0) return hintAt(folder, false);
  const give = (profile: string): string => `give all of it to this user (as root): chown -R ${me} ${profile}`;
  const profile = profileAround(refused, folder);
  if (profile !== null) return `It is not all this user's (uid ${me}); ${give(shellWord(profile))}`;
  const name = 'Name the folder of the profile itself, the one with "Default" in it';
  if (uidAt(folder) !== null) return `${name}. Where it is not all this user's (uid ${me}), ${give('PROFILE')}`;
  return `${name}. A folder above it is closed to this user (uid ${me}). Move it out of there first, then ${give('PROFILE')}`;
}

function hintAt(path: string, whole: boolean): string {
  const me = process.getuid?.();
  if (me === undefined) return `Give this user access to ${path}.`;
  if (me === 0) return `Even root is refused ${path}: look for an immutable file (lsattr), a network disk, or SELinux.`;
  const owner = uidAt(path);
  if (owner === null || path === dirname(path)) return `Give this user (uid ${me}) access to ${path}.`;
  const word = shellWord(path);
  if (whole) {
    const give = `give all of it to the service's user (as root): chown -R ${me} ${word}`;
    return owner === me
      ? `Something in ${path} belongs to another user; ${give}`
      : `${path} belongs to uid ${owner}, and this runs as uid ${me}. Run it as that user; or ${give}`;
  }
  if (owner === me) return `It belongs to this user (uid ${me}), who may not use it: chmod u+rwX ${word}`;
  return `${path} belongs to uid ${owner}, and this runs as uid ${me}. Run it as that user; or, only if that is LeadMaster's, give it over (as root): chown ${me} ${word}`;
}

function uidAt(path: string): number | null {
  try {
    return lstatSync(path).uid;
  } catch {
    return null;
  }
}
