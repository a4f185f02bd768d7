import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RECORD_FILE } from '@leadmaster/capture/classify';
import { isSessionName, LeadMasterError, SESSION_NAME_RULE } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';

/**
 * Where everything is in a data folder. The one module that builds these paths; every function that takes a session's
 * name refuses what is no name before it touches a path.
 */
export interface DataPaths {
  /** The data folder, absolute, symlinks resolved: what browsers are given must be spelled one way only. */
  root: string;
  tokens: string;
  /** The Chromium user-data-dir of a session. */
  session(name: string): string;
  record(name: string): string;
  locks: string;
  dataLock: string;
  sessionLock(name: string): string;
  trash: string;
  staging: string;
  webCache: string;
  database: string;
  adminKey: string;
  serviceToken: string;
  /** Where snapshots and their key lie unless told otherwise. */
  vault: string;
  vaultKey: string;
  /** The note that the operator has confirmed a copy of the vault's key. */
  keyCopied: string;
  /** The file by whose inode and birth the data folder knows its place. */
  placeMarker: string;
  /** Which vault the operator has accepted in place of another. */
  vaultAccepted: string;
}

/**
 * The paths of a data folder, which need not exist yet.
 *
 * @throws LeadMasterError `invalid_session_name` from the functions that take a name.
 */
export function dataPaths(dataDir: string): DataPaths {
  const root = realFolder(resolve(dataDir));
  const tokens = join(root, 'tokens');
  const locks = join(root, 'locks');
  const session = (name: string): string => join(tokens, checkedName(name));
  return {
    root,
    tokens,
    session,
    record: (name) => join(session(name), RECORD_FILE),
    locks,
    // Session locks have their own folder: a session called "data" meets nothing. Within it all that is ours ends in one of
    // ".lock", ".lock.owner.json" and ".lock-journal" behind a name, so that no two names meet, also `a` and `a.lock`.
    dataLock: join(locks, 'data.lock'),
    sessionLock: (name) => join(locks, 'sessions', `${checkedName(name)}.lock`),
    trash: join(root, 'trash'),
    staging: join(root, 'staging'),
    webCache: join(root, 'web-cache'),
    database: join(root, 'session-manager.db'),
    adminKey: join(root, 'admin.key'),
    serviceToken: join(root, 'service.token'),
    vault: join(root, 'vault'),
    vaultKey: join(root, 'vault.key'),
    keyCopied: join(root, 'vault-key-copied.json'),
    placeMarker: join(root, 'place.txt'),
    vaultAccepted: join(root, 'vault-accepted.json'),
  };
}

/**
 * The end of a folder's name after it was moved here from another disk. A session may be called so, too: what has no record
 * under such a name is a login that continues elsewhere, and never one to adopt.
 */
export const MOVED_SUFFIX = '.moved-to-leadmaster';

function checkedName(name: string): string {
  if (typeof name === 'string' && isSessionName(name)) return name;
  throw new LeadMasterError(
    'invalid_session_name',
    `${JSON.stringify(name)} is not a session name`,
    `Choose another: ${SESSION_NAME_RULE}.`,
  );
}

/** Resolves the part that exists, keeps the rest. */
function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const parent = dirname(path);
    // Node has put another character in the place of its bytes: with that a second data folder would be made.
    if (basename(path).includes('\uFFFD')) throw notUtf8(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) {
      throw new LeadMasterError(
        'storage_failed',
        `The data folder ${path} cannot be reached (${(error as Error).message})`,
        'Check LEADMASTER_DATA_DIR, and that this user may enter every folder above it.',
        { cause: error },
      );
    }
    return join(realFolder(parent), basename(path));
  }
}

function notUtf8(path: string): LeadMasterError {
  return new LeadMasterError(
    'storage_failed',
    `The name of the data folder ${path} is not UTF-8, so its files cannot be opened`,
    'Rename the folder whose name is not UTF-8, or set LEADMASTER_DATA_DIR to another place.',
  );
}

/** Only what is proven: a link that goes round in circles, or may not be followed, says nothing of what it leads to. */
function leadsNowhere(link: string): boolean {
  try {
    return statSync(link, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/**
 * Refuses a session folder that is not itself: with a symlink in `tokens/`, two names could mean one profile, or a
 * profile outside the data folder be moved to trash.
 *
 * @throws LeadMasterError `profile_unreadable`; `login_missing` for a link that leads nowhere: its disk is not there.
 */
export function refuseSymlinks(paths: DataPaths, name: string): void {
  for (const path of [paths.tokens, paths.session(name)]) {
    let link = false;
    try {
      link = lstatSync(path).isSymbolicLink();
    } catch (error) {
      if (isMissing(error)) return;
      throw new LeadMasterError(
        'profile_unreadable',
        `${path} cannot be read (${(error as Error).message})`,
        `Give this user access to ${dirname(path)}.`,
        { cause: error },
      );
    }
    if (link && leadsNowhere(path)) {
      throw new LeadMasterError(
        'login_missing',
        `${path} is a symbolic link to ${readlinkSync(path)}, which is not there`,
        'Mount its disk, or put the folder back: a login that is missing is not recreated. Sessions must be in the data folder itself.',
      );
    }
    if (link) {
      throw new LeadMasterError(
        'profile_unreadable',
        `${path} is a symbolic link`,
        'Sessions must be in the data folder itself: move the folder here, or set LEADMASTER_DATA_DIR to where it really is.',
      );
    }
  }
}
