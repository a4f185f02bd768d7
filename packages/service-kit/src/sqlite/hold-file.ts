import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import Database from 'better-sqlite3';

/** Long enough for another program to have looked. */
const LOOK_MS = 100;

/** A lock file in the hands of this process. */
export interface Hold {
  /** Idempotent. */
  release(): void;
}

/**
 * Takes a lock that dies with its process, or refuses at once. The lock is an empty SQLite file in an EXCLUSIVE transaction: the
 * kernel drops it however the process ends. Nothing else in the process may open the file: closing it would drop the lock.
 *
 * @throws what `refusal` makes where another has it; LeadMasterError `storage_failed` where the disk refuses.
 */
export function holdFile(file: string, refusal: () => LeadMasterError): Hold {
  let lock: Database.Database | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    lock = new Database(file, { timeout: LOOK_MS });
    chmodSync(file, 0o600);
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) throw refusal();
    throw new LeadMasterError(
      'storage_failed',
      `The lock ${file} cannot be taken: ${errorText(error)}`,
      `See that the disk is not full and that this user may write to ${dirname(file)}.`,
      { cause: error },
    );
  }
  const held = lock;
  return { release: () => void held.close() };
}
