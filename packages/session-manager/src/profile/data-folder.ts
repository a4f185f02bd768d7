import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { errorCode, isMissing } from '@leadmaster/service-kit/files';
import { dataFolderHint } from './access.ts';
import { writeFailed } from './files.ts';
import type { DataPaths } from './paths.ts';

/**
 * Makes the data folder and its parts, readable by their owner only. Idempotent. Refuses a folder that is full of
 * something else, before it removes other users' access to it (`/tmp`, or a home).
 *
 * @throws LeadMasterError `storage_failed` naming the folder and what to do.
 */
export function prepareDataFolder(paths: DataPaths): void {
  try {
    makeFolderSync(paths.root);
    refuseForeignFolder(paths);
    for (const folder of [paths.root, paths.tokens, paths.locks, paths.trash, paths.staging, paths.webCache]) {
      makeFolderSync(folder);
      closeFolder(folder);
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    }
  } catch (error) {
    switch (errorCode(error)) {
      case 'EACCES':
      case 'EPERM':
        throw writeFailed(paths.root, error, dataFolderHint(paths.root));
      case 'ENOENT':
      case 'ENOTDIR':
        throw writeFailed(paths.root, error, 'No folder can be made there: set LEADMASTER_DATA_DIR to another place.');
      default:
        throw writeFailed(paths.root, error);
    }
  }
}

/** @throws LeadMasterError `storage_failed` where the file system keeps no permissions; the system's error where it is another's folder. */
function closeFolder(folder: string): void {
  const { mode, uid } = statSync(folder);
  if ((mode & 0o777) === 0o700) return;
  try {
    chmodSync(folder, 0o700);
  } catch (error) {
    const me = process.getuid?.();
    const isOurs = me === 0 || uid === me;
    if (!isOurs || !['EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error))) throw error;
    throw keepsNone(folder, error);
  }
  // exFAT and NTFS by FUSE set nothing, and say nothing.
  if ((statSync(folder).mode & 0o077) !== 0) throw keepsNone(folder, new Error('chmod had no effect'));
}

function keepsNone(folder: string, cause: unknown): LeadMasterError {
  const hint = `Its file system keeps no permissions (vfat, exFAT, some network disks), so logins would be open to every user there. Set LEADMASTER_DATA_DIR to a folder on a local disk (ext4, XFS, Btrfs, ZFS), or mount that one for the service's user alone (uid=..., umask=077); a vault may lie on it: VAULT_URL=file:...`;
  return writeFailed(folder, cause, hint);
}

/** As `makeFolder`, for what must be there before anything else runs. */
export function makeFolderSync(path: string): void {
  try {
    mkdirUnlessThere(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
    makeFolderSync(dirname(path));
    // Once more and no further: some file systems (/proc) say ENOENT for anything.
    mkdirUnlessThere(path);
  }
}

function mkdirUnlessThere(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** What a disk, a desktop or a storage box puts into every folder: one that holds nothing else is empty. */
const OF_A_DISK =
  /^(\..*|lost\+found|@eaDir|#recycle|\$RECYCLE\.BIN|System Volume Information|Thumbs\.db|desktop\.ini)$/i;

function refuseForeignFolder(paths: DataPaths): void {
  const ours = [
    ...[paths.tokens, paths.locks, paths.trash, paths.staging, paths.webCache],
    ...[paths.database, paths.adminKey, paths.serviceToken, paths.vault, paths.vaultKey],
  ].map((path) => basename(path));
  const names = readdirSync(paths.root).filter((name) => !OF_A_DISK.test(name));
  if (names.length === 0 || names.some((name) => ours.includes(name))) return;
  throw new LeadMasterError(
    'storage_failed',
    `${paths.root} is no LeadMaster data folder, and it is not empty`,
    'Set LEADMASTER_DATA_DIR to an empty or a new folder: a data folder is closed to everybody but its owner.',
  );
}
