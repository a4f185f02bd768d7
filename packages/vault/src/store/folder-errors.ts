import { LeadMasterError } from '@leadmaster/protocol';

const FULL = new Set(['ENOSPC', 'EDQUOT']);
const DENIED = new Set(['EACCES', 'EPERM']);

/** A file system's error as a store's error. A known error is passed on. */
export function folderError(folder: string, operation: string, error: unknown): unknown {
  if (error instanceof LeadMasterError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  const detail = `${operation} failed in ${folder}: ${error.message}`;
  if (FULL.has(code)) {
    const hint = 'Free space on its disk, prune old snapshots, or move the vault. Nothing saved before is touched.';
    return new LeadMasterError('store_full', detail, hint, { cause: error });
  }
  if (code === 'EROFS') {
    const hint =
      'Its disk is mounted read-only: mount it for writing, and look at the log of the system for why it is not.';
    return new LeadMasterError('store_denied', detail, hint, { cause: error });
  }
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    const hint = 'A part of this path is a file: correct it, so that it names a folder.';
    return new LeadMasterError('store_unreachable', detail, hint, { cause: error });
  }
  if (DENIED.has(code)) {
    const hint = 'The folder must belong to the user that LeadMaster runs as.';
    return new LeadMasterError('store_denied', detail, hint, { cause: error });
  }
  const hint = 'Is its disk mounted and healthy? Nothing is taken for lost because it could not be read.';
  return new LeadMasterError('store_unreachable', detail, hint, { cause: error });
}

/** Whether a disk or a quota has no room. */
export function isFull(error: unknown): boolean {
  return hasCode(error, ...FULL);
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
