import { LeadMasterError } from '@leadmaster/protocol';
import type Database from 'better-sqlite3';

/** One step of the schema. Never changed once released: a correction is another step. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
}

/** What a service keeps in its database. */
export interface Schema {
  /** Whose database it is; completes "it is not a database of ...". */
  owner: string;
  /** Written into the file's header, so that another program's database is never taken for this one. */
  applicationId: number;
  /** Every step in order; `version` counts 1, 2, 3 ... without a gap. */
  steps: readonly Migration[];
  /** Tables that must be there. */
  tables: readonly string[];
  /** What is kept and what is lost when the service starts without a damaged database; completes "or start without it: ...". */
  withoutIt: string;
}

/** A database file and what belongs into it. */
export interface DatabaseFile {
  file: string;
  schema: Schema;
}

/** The newest schema that this program knows. */
export function newestVersion({ steps }: Pick<Schema, 'steps'>): number {
  return steps.at(-1)?.version ?? 0;
}

/** The schema version a database was written with; 0 = it has no tables of ours. */
export function schemaVersion(db: Database.Database): number {
  const table = db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'`).get();
  if (table === undefined) return 0;
  return db.prepare<[], number>('SELECT coalesce(max(version), 0) FROM schema_migrations').pluck().get() as number;
}

/** Refuses a database that a newer program has changed: what it added is not understood here, and would be spoiled. */
export function refuseNewer({ file, schema }: DatabaseFile, found: number): void {
  const known = newestVersion(schema);
  if (found <= known) return;
  throw new LeadMasterError(
    'storage_failed',
    `The database ${file} has schema version ${found}; this LeadMaster knows versions up to ${known}.`,
    'Start the newer LeadMaster that wrote it, or restore the data folder as it was before the upgrade. Nothing was changed.',
    { extra: { file, found, known } },
  );
}

/** Brings the schema up to date: each step in a transaction of its own, recorded in `schema_migrations`. */
export function migrate(
  db: Database.Database,
  schema: Pick<Schema, 'applicationId' | 'steps'>,
  now: () => Date,
): { from: number; to: number } {
  const from = schemaVersion(db);
  for (const step of schema.steps.filter((s) => s.version > from)) {
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
      db.pragma(`application_id = ${schema.applicationId}`);
    }).exclusive();
  }
  return { from, to: schemaVersion(db) };
}
