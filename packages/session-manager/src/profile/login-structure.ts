import { checkLoginStores, repairLoginStores, tornLoginFiles } from '@leadmaster/capture';
import { LeadMasterError } from '@leadmaster/protocol';
import { unreadable, writeFailed } from './files.ts';

/**
 * To be passed before a browser opens a saved login: Chromium recreates a database that it finds damaged, empty, and
 * shows a QR. Costs a few milliseconds for a login of any size.
 *
 * @throws LeadMasterError `login_damaged` when one of its stores is damaged inside, `profile_unreadable` when that cannot be told.
 */
export function proveLoginWhole(session: string, profileDir: string): void {
  const { ok, checks } = readingFrom(profileDir, () => checkLoginStores(profileDir));
  if (ok) return;
  const damage = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name} (${detail})`);
  throw loginDamaged(session, `damaged in ${damage.join(' and ')}`);
}

/**
 * Takes from the login what a kill or a power cut has torn, in a profile that no browser has open; otherwise the browser
 * would write on behind it, and find the database damaged the next time.
 *
 * @returns The files that were cut, below the profile.
 * @throws LeadMasterError `storage_failed` when the disk refuses.
 */
export function repairLogin(profileDir: string): string[] {
  try {
    return repairLoginStores(profileDir);
  } catch (error) {
    throw writeFailed(profileDir, error);
  }
}

/**
 * The files of a login that end in an unfinished record, below the profile. Changes nothing.
 *
 * @throws LeadMasterError `profile_unreadable`.
 */
export function tornLogin(profileDir: string): string[] {
  return readingFrom(profileDir, () => tornLoginFiles(profileDir));
}

/** The refusal of a login that a browser would lose. */
export function loginDamaged(session: string, what: string): LeadMasterError {
  return new LeadMasterError(
    'login_damaged',
    `The saved login of ${session} is ${what}`,
    `No browser was started and nothing was changed. Bring back the newest snapshot: "./leadmaster snapshot list ${session}" shows them, "./leadmaster snapshot restore ${session} ID" puts one in place. Without one, if the login is given up, "./leadmaster session delete ${session}" sets it aside in trash and a new one can be linked.`,
  );
}

function readingFrom<T>(profileDir: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(profileDir, error);
  }
}
