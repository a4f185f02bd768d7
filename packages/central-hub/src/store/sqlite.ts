import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import {
  type DatabaseFile,
  openDatabase,
  refuseNewerFile,
  type Schema,
  storageError,
} from '@leadmaster/service-kit/sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import type { OpenDatabase } from './database.ts';
import { SQLITE } from './dialect.ts';
import { MIGRATIONS, TABLES } from './migrations/index.ts';
import { SQLITE_WORDS } from './migrations/migration.ts';
import type { HubTables } from './tables.ts';

const SCHEMA: Schema = {
  owner: 'the hub',
  // "LdMh"
  applicationId: 0x4c644d68,
  steps: MIGRATIONS.map(({ version, name, sql }) => ({ version, name, sql: sql(SQLITE_WORDS) })),
  tables: TABLES,
  withoutIt:
    'sessions and their logins are with the session managers and are not touched; lost are tenants, keys, machines, the audit ' +
    "and the hub's log of events.",
};

const STATEMENTS = 200;

type Handle = ReturnType<typeof openDatabase>;

/** Opens `hub.db` in the data folder; the caller sees to it that no other hub has it open. @throws LeadMasterError `storage_failed`. */
export function openSqlite(dataDir: string, now: () => Date): OpenDatabase {
  const at = fileIn(dataDir);
  const handle = openDatabase(at, now);
  const db = new Kysely<HubTables>({ dialect: new ImmediateDialect(handle) });
  return {
    db,
    dialect: SQLITE,
    told: (error) => storageError(at, asClosed(handle, error)),
    isVictim: () => false,
    // Kysely closes only what it has used.
    close: async () => {
      await db.destroy();
      handle.close();
    },
  };
}

/** Refuses a `hub.db` that a newer version has changed; nothing is written. @throws LeadMasterError `storage_failed`. */
export function refuseNewerSqlite(dataDir: string): void {
  refuseNewerFile(fileIn(dataDir));
}

function fileIn(dataDir: string): DatabaseFile {
  return { file: join(dataDir, 'hub.db'), schema: SCHEMA };
}

/** Kysely's own words for a database that was closed, as ours. */
function asClosed(handle: Handle, error: unknown): unknown {
  if (handle.open || error instanceof LeadMasterError) return error;
  return new LeadMasterError(
    'shutting_down',
    'The database of the hub is closed.',
    'Ask again once the service runs.',
    {
      cause: error,
    },
  );
}

/** The database with its latest statements kept: to prepare one takes longer than to run most. */
function keepingStatements(handle: Handle): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close: () => void handle.close(),
    prepare(text) {
      const statement = kept.get(text) ?? (handle.prepare(text) as SqliteStatement);
      // Those that are used again stay longest.
      kept.delete(text);
      kept.set(text, statement);
      const [oldest] = kept.keys();
      if (kept.size > STATEMENTS && oldest !== undefined) kept.delete(oldest);
      return statement;
    },
  };
}

class ImmediateDialect extends SqliteDialect {
  readonly #handle: Handle;

  constructor(handle: Handle) {
    super({ database: keepingStatements(handle) });
    this.#handle = handle;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#handle);
  }
}

/** Transactions that may write from their beginning, as in every database of LeadMaster. */
class ImmediateDriver extends SqliteDriver {
  readonly #handle: Handle;

  constructor(handle: Handle) {
    super({ database: keepingStatements(handle) });
    this.#handle = handle;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** SQLite may have rolled back by itself, as on a full disk: then what it refused is told, not that there is nothing to undo. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#handle.inTransaction) await super.rollbackTransaction(connection);
  }
}
