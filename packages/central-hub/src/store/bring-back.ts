import { LeadMasterError } from '@leadmaster/protocol';
import type { Seal } from '../secrets/seal.ts';
import { BACKED_UP, type BackupDocument, unpacked } from './backup-document.ts';
import type { HubDatabase, HubQueries } from './database.ts';
import { aboutToken } from './machines.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { rememberBackedUp } from './sending.ts';
import type { HubTables, MachineRow } from './tables.ts';

/** More numbers than a hub gives out between its last document and its end: none is given twice. */
const BEYOND = 1_000_000;
/** Rows in one statement: databases limit the values of one. */
const AT_ONCE = 50;

/** How a document comes back. */
export interface BringBack {
  document: BackupDocument;
  /** Under the secret of the document. */
  seal: Seal;
  /** What the hub's own machine is called here. */
  here: string;
}

/**
 * Puts the rows of a document into a database that has no tenant and no key, in one transaction. Leases, and how far the log of the
 * hub's own machine was read, are not of the new place.
 * @throws LeadMasterError `wrong_state` where the database has tenants or keys, `vault_newer`.
 */
export async function bringBackRows(database: HubDatabase, { document, seal, here }: BringBack): Promise<void> {
  const known = MIGRATIONS.at(-1)?.version ?? 0;
  if (document.schema > known) throw newer(document.schema, known);
  const local = document.local === null ? null : { name: document.local, here: nameHere(document, here) };
  await database.transact(async (db) => {
    await refuseWhereUsed(db);
    await db.deleteFrom('sessions').execute();
    for (const table of BACKED_UP.toReversed()) await db.deleteFrom(table).execute();
    for (const table of BACKED_UP) {
      const rows = (document.tables[table] ?? []).map(unpacked);
      await insert(db, table, local === null ? rows : rows.map((row) => ofThisPlace(table, row, local, seal)));
    }
    await db.updateTable('machines').set({ holder: null, leased_until: 0 }).execute();
    await rememberBackedUp(db);
    await db
      .updateTable('counters')
      .set((eb) => ({ value: eb('value', '+', BEYOND) }))
      .where('name', '!=', 'backups')
      .execute();
    await database.dialect.numberEventsBeyond(db, document.newestEvent + BEYOND);
  });
}

/** Another machine may have that name: then the lost one keeps its own. */
function nameHere({ tables, local }: BackupDocument, here: string): string {
  const isTaken = (tables.machines ?? []).some(({ name }) => name === here);
  return isTaken && local !== null ? local : here;
}

type Row = Record<string, string | number | Buffer | null>;

/** The machine of the hub's own process is called by its host, and its log is a new one. */
function ofThisPlace(table: string, row: Row, local: { name: string; here: string }, seal: Seal): Row {
  if (table === 'homes' && row.machine === local.name) return { ...row, machine: local.here };
  if (table !== 'machines' || row.name !== local.name) return row;
  const token = seal.open((row as unknown as MachineRow).token, aboutToken(local.name));
  return { ...row, name: local.here, token: seal.seal(token, aboutToken(local.here)), log_id: null, cursor: 0 };
}

async function insert(db: HubQueries, table: keyof HubTables, rows: Row[]): Promise<void> {
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    await db
      .insertInto(table)
      .values(rows.slice(at, at + AT_ONCE) as never)
      .execute();
  }
}

async function refuseWhereUsed(db: HubQueries): Promise<void> {
  const { tenant, key } = await db
    .selectNoFrom((eb) => [
      eb.selectFrom('tenants').select('name').limit(1).as('tenant'),
      eb.selectFrom('keys').select('id').limit(1).as('key'),
    ])
    .executeTakeFirstOrThrow();
  if (tenant === null && key === null) return;
  throw new LeadMasterError(
    'wrong_state',
    'The database of this hub has tenants or keys: a backup is never put over them.',
    'Recover into an empty database: another LEADMASTER_DATA_DIR, or another DATABASE_URL.',
  );
}

function newer(found: number, known: number): LeadMasterError {
  return new LeadMasterError(
    'vault_newer',
    `The backup of the hub is of schema ${found}; this version of LeadMaster knows ${known}.`,
    'Use the version of LeadMaster that wrote it, or a newer one.',
  );
}
