import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
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
    if (isBusy(error)) throw refusal();
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

/**
 * Whether any process has locked a file as a whole, by the kernel's word: across pid namespaces too, where no process can
 * be named. Null where that cannot be seen. Changes nothing; not for a file that this process has locked, which it would drop.
 */
export function isFileLocked(file: string): boolean | null {
  let db: Database.Database | undefined;
  try {
    const facts = lstatSync(file, { throwIfNoEntry: false });
    if (facts === undefined) return false;
    // A pipe would be waited for.
    if (!facts.isFile()) return null;
    db = new Database(file, { readonly: true, timeout: 0 });
    db.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch (error) {
    return isBusy(error) ? true : null;
  } finally {
    db?.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}
