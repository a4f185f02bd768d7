import { statSync } from 'node:fs';
import { LeadMasterError } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import type { DataPaths } from './paths.ts';

/**
 * Refuses root in a data folder whose service runs as another user: what root makes in there (locks, database, snapshots, a
 * profile) the service could neither open nor set aside. The service's user is whose the database is, and before there is
 * one whose the folder is: in a container a service that is root itself may have another user's folder.
 *
 * @throws LeadMasterError `forbidden`, with how the command is given as that user.
 */
export function refuseRootBesideUser(paths: DataPaths): void {
  if (process.getuid?.() !== 0) return;
  const owner = ownerOf(paths.database) ?? ownerOf(paths.root);
  if (owner === null || owner === 0) return;
  throw new LeadMasterError(
    'forbidden',
    `${paths.root} belongs to uid ${owner}, and this runs as root: what it makes there would be closed to the service`,
    `Nothing was done. Give the command as that user: sudo -u '#${owner}' ./leadmaster ... (as long as the files that it names can be read and written by that user).`,
  );
}

/** Null where nothing is there; an unreadable path fails when it is used. */
function ownerOf(path: string): number | null {
  try {
    return statSync(path).uid;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
