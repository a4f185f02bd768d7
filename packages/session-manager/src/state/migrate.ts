import { LeadMasterError } from '@leadmaster/protocol';
import type Database from 'better-sqlite3';
import { MIGRATIONS, type Migration } from './migrations/index.ts';

/** Written into the file's header, so that another program's database is never taken for ours ("LdMs"). */
export const APPLICATION_ID = 0x4c644d73;

/** The newest schema this program knows. */
export const SCHEMA_VERSION = MIGRATIONS.at(-1)?.version ?? 0;

/** The schema version a database was written with; 0 = it has no tables of ours. */
export function schemaVersion(db: Database.Database): number {
  const table = db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'`).get();
  if (table === undefined) return 0;
  return db.prepare<[], number>('SELECT coalesce(max(version), 0) FROM schema_migrations').pluck().get() as number;
}

/** Refuses a database that a newer program has changed: what it added is not understood here, and would be spoiled. */
export function refuseNewer(file: string, found: number): void {
  if (found <= SCHEMA_VERSION) return;
  throw new LeadMasterError(
    'storage_failed',
    `The database ${file} has schema version ${found}; this LeadMaster knows versions up to ${SCHEMA_VERSION}.`,
    'Start the newer LeadMaster that wrote it, or restore the data folder as it was before the upgrade. Nothing was changed.',
    { extra: { file, found, known: SCHEMA_VERSION } },
  );
}

/** Brings the schema up to date: each step in a transaction of its own, recorded in `schema_migrations`. */
export function migrate(
  db: Database.Database,
  now: () => Date,
  steps: readonly Migration[] = MIGRATIONS,
): { from: number; to: number } {
  const from = schemaVersion(db);
  for (const step of steps.filter((s) => s.version > from)) {
    db.transaction(() => {
      db.exec(
        'CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, at TEXT NOT NULL) STRICT',
      );
      db.exec(step.sql);
      db.prepare('INSERT INTO schema_migrations (version, name, at) VALUES (?, ?, ?)').run(
        step.version,
        step.name,
        now().toISOString(),
      );
      db.pragma(`application_id = ${APPLICATION_ID}`);
    }).exclusive();
  }
  return { from, to: schemaVersion(db) };
}
