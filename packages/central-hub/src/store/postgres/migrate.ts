import { LeadMasterError } from '@leadmaster/protocol';
import pg from 'pg';
import { LOCK_OF_MIGRATIONS } from '../dialect.ts';
import { MIGRATIONS, TABLES } from '../migrations/index.ts';
import { POSTGRES_WORDS } from '../migrations/migration.ts';
import { postgresError } from './errors.ts';

/** So long may the steps of a schema take, those of other hubs that are waited for included. */
const PATIENCE_MS = 60_000;

/**
 * Brings the schema up to date, in one transaction. Of hubs that begin at once one does it, and the others wait and find it done.
 * @throws LeadMasterError `database_unreachable`; `storage_failed` where a newer or another program has written the tables.
 */
export async function migratePostgres(settings: pg.ClientConfig, now: () => Date): Promise<void> {
  const client = new pg.Client({ ...settings, statement_timeout: PATIENCE_MS, query_timeout: PATIENCE_MS + 5_000 });
  // Told by the query that fails with it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin');
    await client.query(LOCK_OF_MIGRATIONS);
    await step(client, now);
    await client.query('commit');
  } catch (error) {
    throw postgresError(asForeign(error));
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function step(client: pg.Client, now: () => Date): Promise<void> {
  await client.query(
    'create table if not exists schema_migrations (version int primary key, name text not null, at text not null)',
  );
  const found = await versionOf(client);
  const known = MIGRATIONS.at(-1)?.version ?? 0;
  if (found > known) throw newer(found, known);
  for (const { version, name, sql } of MIGRATIONS.filter((migration) => migration.version > found)) {
    await client.query(sql(POSTGRES_WORDS));
    const row = [version, name, now().toISOString()];
    await client.query('insert into schema_migrations (version, name, at) values ($1, $2, $3)', row);
  }
  await refuseMissingTables(client);
}

async function versionOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    'select coalesce(max(version), 0) as version from schema_migrations',
  );
  return rows[0]?.version ?? 0;
}

async function refuseMissingTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'select name from unnest($1::text[]) as name where to_regclass(quote_ident(name)) is null',
    [[...TABLES]],
  );
  if (rows.length === 0) return;
  throw new LeadMasterError(
    'storage_failed',
    `The database that DATABASE_URL names is damaged: it lacks the tables ${rows.map(({ name }) => name).join(', ')}.`,
    'Restore it from a backup, or let DATABASE_URL name an empty database. Nothing was changed.',
  );
}

function newer(found: number, known: number): LeadMasterError {
  return new LeadMasterError(
    'storage_failed',
    `The database that DATABASE_URL names has schema version ${found}; this LeadMaster knows versions up to ${known}.`,
    'Start the newer LeadMaster that wrote it, or restore the database as it was before the upgrade. Nothing was changed.',
    { extra: { found, known } },
  );
}

/** A table or column of another program stands where ours should. */
function asForeign(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || !['42P07', '42703', '42804'].includes(error.code ?? '')) return error;
  return new LeadMasterError(
    'storage_failed',
    `The database that DATABASE_URL names has tables of another program: ${error.message}.`,
    'Let DATABASE_URL name a database of its own for the hub (createdb). Nothing was changed.',
    { cause: error },
  );
}
