import { existsSync } from 'node:fs';
import { RECORD_FILE } from '@leadmaster/capture/classify';
import { LeadMasterError } from '@leadmaster/protocol';

/** A folder that is gone, or a disk that is not mounted, is not "no session": LeadMaster has not set this login aside. */
export function loginMissing(session: string, profileDir: string): LeadMasterError {
  const otherwise = `If the login is given up: "./leadmaster session delete ${session}", and link it again.`;
  return existsSync(profileDir)
    ? new LeadMasterError(
        'login_missing',
        `${session} is linked, and the record of its profile, ${profileDir}/${RECORD_FILE}, is missing`,
        `Put that file back, or take the newest snapshot: "./leadmaster snapshot restore ${session} latest". ${otherwise}`,
      )
    : new LeadMasterError(
        'login_missing',
        `${session} is linked, and its profile ${profileDir} is missing`,
        `Mount the disk or put the folder back, then start the session. ${otherwise}`,
      );
}
