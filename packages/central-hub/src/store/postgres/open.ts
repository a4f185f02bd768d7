import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { within } from '@leadmaster/service-kit/wait';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import type { OpenDatabase } from '../database.ts';
import { POSTGRES } from '../dialect.ts';
import type { HubTables } from '../tables.ts';
import { CleanPool } from './clean-pool.ts';
import { isVictim, postgresError } from './errors.ts';
import { migratePostgres } from './migrate.ts';

const CONNECT_MS = 2_000;
/** The server gives up a statement first; the client does where the server, or the line, does not answer. */
const STATEMENT_MS = 5_000;
const ANSWER_MS = STATEMENT_MS + 1_000;
/** A hub that stands still in the midst of a change holds up the others no longer than this; they wait a little longer. */
const IDLE_MS = 3_000;
const CLOSE_MS = 5_000;
const CONNECTIONS = 10;
const INT8 = 20;

/**
 * Connects to PostgreSQL and brings the schema up to date. A call takes some seconds at most, also where the server does not answer.
 * @throws LeadMasterError `database_unreachable`, `storage_failed`.
 */
export async function openPostgres(url: string, log: Logger, now: () => Date): Promise<OpenDatabase> {
  const settings = settingsOf(url);
  await migratePostgres(settings, now);
  const pool = new pg.Pool({ ...settings, max: CONNECTIONS });
  // An idle connection that breaks; the next call makes another one.
  pool.on('error', (error) => log.warn({ error: errorText(error) }, 'a connection to the database of the hub broke'));
  const db = new Kysely<HubTables>({ dialect: new PostgresDialect({ pool: new CleanPool(pool) }) });
  let closing: Promise<void> | null = null;
  return {
    db,
    dialect: POSTGRES,
    told: (error) => (closing !== null ? closed(error) : postgresError(error)),
    isVictim,
    close: () => {
      closing ??= within(CLOSE_MS, pool.end(), undefined);
      return closing;
    },
  };
}

function settingsOf(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'leadmaster hub',
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    idle_in_transaction_session_timeout: IDLE_MS,
    keepAlive: true,
    types: {
      getTypeParser: ((oid: number, format?: 'text') => parserOf(oid, format)) as typeof pg.types.getTypeParser,
    },
  };
}

/** Counts, cursors and times are numbers here; all of them stay far below 2^53. */
function parserOf(oid: number, format?: 'text'): unknown {
  return oid === INT8 ? Number : pg.types.getTypeParser(oid, format);
}

function closed(cause: unknown): unknown {
  if (cause instanceof LeadMasterError) return cause;
  return new LeadMasterError(
    'shutting_down',
    'The database of the hub is closed.',
    'Ask again once the service runs.',
    {
      cause,
    },
  );
}
