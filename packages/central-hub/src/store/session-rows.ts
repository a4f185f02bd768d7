import { keysOfAccount, type Session, tenantOf } from '@leadmaster/protocol';
import type { ExpressionBuilder } from 'kysely';
import type { HubDatabase, HubQueries } from './database.ts';
import { revokeLinksOfGone } from './onboarding-ends.ts';
import type { HubTables, SessionRow } from './tables.ts';

/** Databases take so many values in one statement, and more. */
const ROWS_AT_ONCE = 500;

/** What a machine told of its sessions, and when. */
export interface ToldSessions {
  changed: readonly Session[];
  /** Names that are no longer there. */
  gone: readonly string[];
  asOf: Date;
}

/** Stores what a machine told of its sessions, within a transaction. What is known from later stays. */
export async function storeSessions(
  database: HubDatabase,
  db: HubQueries,
  machine: string,
  { changed, gone, asOf }: ToldSessions,
): Promise<void> {
  // By name, each once: two hubs that store the same names take their locks in one order.
  const rows = [...new Map(changed.map((session) => [session.name, rowOf(machine, session, asOf)])).values()];
  for (const part of parts(rows.sort(byName))) await upsert(db, part);
  for (const part of parts([...gone].sort())) await forget(db, machine, part, asOf);
  for (const part of parts([...rows.map(({ name }) => name), ...gone].sort())) await settleHomes(database, db, part);
  for (const part of parts([...gone].sort())) await revokeLinksOfGone(database, db, part);
}

/** Deletes what is known of a session on a machine. The name goes to another machine that holds it, if there is one. */
export async function removeSession(
  database: HubDatabase,
  db: HubQueries,
  machine: string,
  name: string,
): Promise<boolean> {
  const isGone = await forget(db, machine, [name], null);
  await settleHomes(database, db, [name]);
  await revokeLinksOfGone(database, db, [name]);
  return isGone;
}

async function upsert(db: HubQueries, rows: readonly SessionRow[]): Promise<void> {
  await db
    .insertInto('sessions')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['name', 'machine'])
        .doUpdateSet((eb) => ({
          state: eb.ref('excluded.state'),
          search: eb.ref('excluded.search'),
          session: eb.ref('excluded.session'),
          as_of: eb.ref('excluded.as_of'),
          phone: eb.ref('excluded.phone'),
          lid: eb.ref('excluded.lid'),
        }))
        .whereRef('excluded.as_of', '>=', 'sessions.as_of'),
    )
    .execute();
}

/** `asOf`: what is known from later stays; null: all that is known goes. */
async function forget(db: HubQueries, machine: string, names: readonly string[], asOf: Date | null): Promise<boolean> {
  const gone = await db
    .deleteFrom('sessions')
    .where('machine', '=', machine)
    .where('name', 'in', names)
    .$if(asOf !== null, (query) => query.where('as_of', '<=', (asOf as Date).getTime()))
    .returning('name')
    .execute();
  if (gone.length === 0) return false;
  await db
    .deleteFrom('homes')
    .where('machine', '=', machine)
    .where(
      'name',
      'in',
      gone.map(({ name }) => name),
    )
    .execute();
  return true;
}

/**
 * Gives each of these names a home where it has none, and moves one whose machine has given the session away (MOVED)
 * to the machine that owns it. A name that two machines hold keeps its home: that is for the operator.
 */
async function settleHomes({ dialect }: HubDatabase, db: HubQueries, names: readonly string[]): Promise<void> {
  const holders = db
    .selectFrom('sessions')
    .select((eb) => ['name', holderOf(eb).as('machine'), 'tenant', dialect.now.as('since')])
    .where('name', 'in', names)
    .groupBy(['name', 'tenant'])
    .orderBy('name');
  await db
    .insertInto('homes')
    .columns(['name', 'machine', 'tenant', 'since'])
    .expression(holders)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  await followMoved(db, names);
}

/** The machine that holds a session; one that has given it away only where there is no other. */
function holderOf(eb: ExpressionBuilder<HubTables, 'sessions'>) {
  return eb.fn.coalesce(eb.fn.min('machine').filterWhere('state', '<>', 'MOVED'), eb.fn.min('machine'));
}

/**
 * A machine that waits for a session on its way has made its name already, and does not own it: until then its copy is of a lower
 * generation than the one that was given away.
 */
async function followMoved(db: HubQueries, names: readonly string[]): Promise<void> {
  const copies = await db
    .selectFrom('homes')
    .innerJoin('sessions as there', (join) =>
      join.onRef('there.name', '=', 'homes.name').onRef('there.machine', '=', 'homes.machine'),
    )
    .innerJoin('sessions as here', 'here.name', 'homes.name')
    .select(['homes.name', 'homes.machine', 'here.machine as to', 'here.session as copy', 'there.session as given'])
    .where('homes.name', 'in', names)
    .where('there.state', '=', 'MOVED')
    .where('here.state', '<>', 'MOVED')
    .orderBy('homes.name')
    .orderBy('here.machine')
    .execute();
  const owned = copies.filter(({ copy, given }) => generationOf(copy) >= generationOf(given));
  const first = owned.filter(({ name }, at) => owned[at - 1]?.name !== name);
  for (const { name, machine, to } of first) {
    await db
      .updateTable('homes')
      .set({ machine: to })
      .where('name', '=', name)
      .where('machine', '=', machine)
      .execute();
  }
}

const NO_ACCOUNT = { phone: null, lid: null };
function generationOf(session: string): number {
  return (JSON.parse(session) as Session).generation;
}

function rowOf(machine: string, session: Session, asOf: Date): SessionRow {
  const { name, state, account } = session;
  return {
    name,
    machine,
    tenant: tenantOf(name),
    state,
    search: searchText([name, account?.phone ?? '', account?.name ?? ''].join('\n')),
    session: JSON.stringify(session),
    as_of: asOf.getTime(),
    ...(account === null ? NO_ACCOUNT : keysOfAccount(account)),
  };
}

/** A text as it is searched in, and for: in lower case, without the one letter that PostgreSQL does not keep. */
export function searchText(text: string): string {
  return text.toLowerCase().replaceAll('\0', '');
}

function byName(a: SessionRow, b: SessionRow): number {
  return a.name < b.name ? -1 : 1;
}

/** So many at once that a statement takes them. */
export function parts<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / ROWS_AT_ONCE);
  return Array.from({ length: count }, (_, at) => all.slice(at * ROWS_AT_ONCE, (at + 1) * ROWS_AT_ONCE));
}
