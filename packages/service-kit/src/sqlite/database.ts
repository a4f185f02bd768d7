import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorText, LeadMasterError, sentence } from '@leadmaster/protocol';
import Database from 'better-sqlite3';
import { syncPath } from '../files/sync.ts';
import { type DatabaseFile, migrate, newestVersion, refuseNewer, schemaVersion } from './migrate.ts';
import { corruptDatabase, isCorruption, storageError } from './storage-errors.ts';

const BUSY_TIMEOUT_MS = 5_000;
const SIDE_FILES = ['-wal', '-shm', '-journal'];

/**
 * Opens the database of a service, making it when there is none. The caller holds the lock of the data folder: two
 * programs never come here at once. A damaged or newer file is refused before anything is written to it.
 */
export function openDatabase(at: DatabaseFile, now: () => Date): Database.Database {
  const { file, schema } = at;
  try {
    if (existsSync(file)) inspect(at);
    else create(at, now);
    chmodSync(file, 0o600);
    const db = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      configure(db);
      migrate(db, schema, now);
      for (const side of SIDE_FILES) if (existsSync(file + side)) chmodSync(file + side, 0o600);
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  } catch (error) {
    throw storageError(at, asDiskError(file, error));
  }
}

/** Refuses the database of a newer program without opening it for work; one that is not there is none. */
export function refuseNewerFile(at: DatabaseFile): void {
  if (!existsSync(at.file)) return;
  try {
    const db = new Database(at.file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      refuseNewer(at, schemaVersion(db));
    } finally {
      db.close();
    }
  } catch (error) {
    throw storageError(at, error);
  }
}

/** Durability over speed: a transaction is on the disk when its call returns. */
function configure(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
}

/**
 * Makes a whole database beside the place and renames it in. A file under the final name has therefore always been
 * complete once, so an empty or cut one is damage and never taken for a fresh start.
 */
function create(at: DatabaseFile, now: () => Date): void {
  const { file, schema } = at;
  const leftover = SIDE_FILES.map((side) => file + side).find((path) => existsSync(path) && statSync(path).size > 0);
  if (leftover !== undefined) {
    throw corruptDatabase(at, `the file is missing although ${leftover} lies beside its place`);
  }
  const draft = `${file}.new`;
  for (const path of [draft, ...SIDE_FILES.map((side) => draft + side)]) rmSync(path, { force: true });
  closeSync(openSync(draft, 'wx', 0o600));
  const db = new Database(draft);
  try {
    db.pragma('synchronous = FULL');
    migrate(db, schema, now);
  } finally {
    db.close();
  }
  syncPath(draft);
  renameSync(draft, file);
  syncPath(dirname(file));
}

/** Reads the file through, on a connection that cannot write, and refuses what must not be worked with. */
function inspect(at: DatabaseFile): void {
  const { file, schema } = at;
  if (!statSync(file).isFile()) throw corruptDatabase(at, 'it is not a file');
  if (statSync(file).size === 0) throw corruptDatabase(at, 'it is empty');
  const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    const version = schemaVersion(db);
    if (version === 0 || db.pragma('application_id', { simple: true }) !== schema.applicationId) {
      throw corruptDatabase(at, `it is not a database of ${schema.owner}`);
    }
    refuseNewer(at, version);
    const verdict = db.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw corruptDatabase(at, String(verdict));
    if (version === newestVersion(schema)) refuseMissingTables(db, at);
  } catch (error) {
    throw isCorruption(error) ? corruptDatabase(at, errorText(error), error) : error;
  } finally {
    db.close();
  }
}

/** The structure can be sound and still not be ours, after a change by hand or a bad repair. */
function refuseMissingTables(db: Database.Database, at: DatabaseFile): void {
  const names = new Set(db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all());
  const missing = at.schema.tables.filter((table) => !names.has(table));
  if (missing.length > 0) throw corruptDatabase(at, `it lacks the tables ${missing.join(', ')}`);
}

/** File system refusals around the database (no folder, no permission, no space), as the same kind of error. */
function asDiskError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new LeadMasterError(
    'storage_failed',
    sentence(`The database ${file} cannot be used: ${error.message}`),
    'See that the data folder exists, has free space and belongs to the user who runs the service.',
    { cause: error },
  );
}
