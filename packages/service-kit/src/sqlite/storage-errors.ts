import { errorText, LeadMasterError } from '@leadmaster/protocol';
import Database from 'better-sqlite3';
import type { DatabaseFile } from './migrate.ts';

/** SQLite's result code of a thrown value, or an empty text when it is no SQLite error. */
function sqliteCode(error: unknown): string {
  return error instanceof Database.SqliteError ? error.code : '';
}

/** What SQLite's result codes mean to the person who must act; the first prefix that fits. */
const KNOWN: readonly (readonly [prefix: string, what: string, hint: string])[] = [
  ['SQLITE_FULL', 'the disk is full', 'Free some space on that disk; nothing was lost, the change was not made.'],
  [
    'SQLITE_READONLY',
    'the file or its folder cannot be written',
    'Give the service write permission on the data folder, or remount the disk read-write.',
  ],
  [
    'SQLITE_CANTOPEN',
    'the file cannot be opened',
    'See that the data folder exists and belongs to the user who runs the service.',
  ],
  [
    'SQLITE_PERM',
    'access was refused',
    'See that the data folder exists and belongs to the user who runs the service.',
  ],
  [
    'SQLITE_IOERR',
    'the disk refused to read or write',
    'Look at the free space, the quota and the health of that disk (dmesg); the change was not made.',
  ],
  [
    'SQLITE_BUSY',
    'another program holds it',
    'End the program that has the file open (a backup, a sqlite3 shell) and try again.',
  ],
  ['SQLITE_LOCKED', 'another program holds it', 'End the program that has the file open and try again.'],
];

/** Whether a thrown value says that the database file itself is damaged. */
export function isCorruption(error: unknown): boolean {
  const code = sqliteCode(error);
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

/** The refusal to work with a damaged database: it is never recreated silently. */
export function corruptDatabase({ file, schema }: DatabaseFile, detail: string, cause?: unknown): LeadMasterError {
  return new LeadMasterError(
    'storage_failed',
    `The database ${file} is damaged: ${detail}`,
    `It was not changed. Stop the service, move the file (with ${file}-wal and ${file}-shm if they are there) aside and ` +
      `put a good copy in its place, or start without it: ${schema.withoutIt}`,
    cause === undefined ? {} : { cause },
  );
}

/** Turns what SQLite throws into an error that names the file and what to do; everything else passes as it is. */
export function storageError(at: DatabaseFile, error: unknown): unknown {
  const { file } = at;
  if (error instanceof LeadMasterError) return error;
  if (isCorruption(error)) return corruptDatabase(at, errorText(error), error);
  if (error instanceof TypeError && /connection is not open/.test(error.message)) {
    return new LeadMasterError('shutting_down', `The database ${file} is closed.`, 'Ask again once the service runs.', {
      cause: error,
    });
  }
  const code = sqliteCode(error);
  // A broken constraint is a mistake of the program, not of the disk.
  if (code === '' || code.startsWith('SQLITE_CONSTRAINT')) return error;
  const [, what, hint] = KNOWN.find(([prefix]) => code.startsWith(prefix)) ?? [
    '',
    'SQLite refused',
    'Look at the disk that holds the data folder.',
  ];
  return new LeadMasterError('storage_failed', `The database ${file}: ${what} (${code}: ${errorText(error)}).`, hint, {
    cause: error,
  });
}
