import type { Double, Session } from '@leadmaster/protocol';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { HubDatabase, HubQueries } from './database.ts';
import { pageOf } from './paging.ts';
import type { Page, SessionQuery, SessionRecord } from './records.ts';
import { removeSession, searchText, storeSessions } from './session-rows.ts';
import type { SessionRow } from './tables.ts';

/**
 * Sessions as their machines last told them. Of a name that two machines hold, lists and `get` show the one that its requests
 * go to.
 */
export class SessionCopies {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /** By name. */
  async list(query: SessionQuery): Promise<Page<SessionRecord>> {
    const { limit } = query;
    if (query.names?.length === 0) return { items: [], next: null };
    const rows = await this.#database.run((db) => sessionList(db, query).execute());
    return pageOf(rows, limit, (row) => row.name, toRecord);
  }

  async get(name: string): Promise<SessionRecord | null> {
    const row = await this.#database.run((db) => atHome(db).where('sessions.name', '=', name).executeTakeFirst());
    return row === undefined ? null : toRecord(row);
  }

  /** Full names of the sessions of one machine. */
  async namesOf(machine: string): Promise<string[]> {
    const rows = await this.#database.run((db) =>
      db.selectFrom('sessions').select('name').where('machine', '=', machine).execute(),
    );
    return rows.map(({ name }) => name);
  }

  /** How many sessions each machine has; one that has none is not in it. What it has given away (MOVED) is not counted. */
  async counts(): Promise<Map<string, number>> {
    const rows = await this.#database.run((db) =>
      db
        .selectFrom('sessions')
        .select((eb) => ['machine', eb.fn.countAll().as('count')])
        .where('state', '<>', 'MOVED')
        .groupBy('machine')
        .execute(),
    );
    return new Map(rows.map(({ machine, count }) => [machine, Number(count)]));
  }

  /** Every copy of a name, by machine. More than one: see `conflicts`. */
  async copiesOf(name: string): Promise<SessionRecord[]> {
    const rows = await this.#database.run((db) =>
      db.selectFrom('sessions').selectAll().where('name', '=', name).orderBy('machine').execute(),
    );
    return rows.map(toRecord);
  }

  /**
   * Stores the session that an answer of its machine brought. What is known from later stays; of a machine that was removed
   * meanwhile nothing is kept.
   */
  async put(machine: string, session: Session, asOf: Date): Promise<void> {
    await this.#database.transact(async (db) => {
      if (await isKnown(this.#database, db, machine)) {
        await storeSessions(this.#database, db, machine, { changed: [session], gone: [], asOf });
      }
    });
  }

  /** Forgets a session that a machine no longer has, and gives its name back. False where it was not known. */
  async remove(machine: string, name: string): Promise<boolean> {
    return this.#database.transact((db) => removeSession(this.#database, db, machine, name));
  }

  /** Accounts that are linked in several sessions, on any machines and of any tenants. What was given away (MOVED) is linked in none. */
  async doubles(): Promise<Double[]> {
    const found = await this.#database.run(async (db) => [
      ...(await linkedTwice(db, 'phone')),
      ...(await linkedTwice(db, 'lid')),
    ]);
    const doubles = [...Map.groupBy(found, ({ key }) => key)].map(([account, rows]) => ({
      account,
      sessions: rows.map(({ name, machine }) => ({ name, machine })),
    }));
    // Found by its number, an account is not told by its LID as well.
    const told = new Map(doubles.toReversed().map((one) => [JSON.stringify(one.sessions), one]));
    return [...told.values()].reverse();
  }

  /** Names that two machines hold, with those machines: the operator decides. A machine that has given it away holds nothing. */
  async conflicts(): Promise<{ name: string; machines: string[] }[]> {
    const rows = await this.#database.run((db) =>
      db
        .selectFrom('sessions')
        .select(['name', 'machine'])
        .where('state', '<>', 'MOVED')
        .where('name', 'in', (eb) =>
          eb
            .selectFrom('sessions')
            .select('name')
            .where('state', '<>', 'MOVED')
            .groupBy('name')
            .having((having) => having(having.fn.countAll(), '>', 1)),
        )
        .orderBy('name')
        .orderBy('machine')
        .execute(),
    );
    const byName = Map.groupBy(rows, ({ name }) => name);
    return [...byName].map(([name, copies]) => ({ name, machines: copies.map(({ machine }) => machine) }));
  }
}

function linkedTwice(db: HubQueries, key: 'phone' | 'lid') {
  return db
    .selectFrom('sessions')
    .select(['name', 'machine'])
    .select((eb) => eb.ref(key).$castTo<string>().as('key'))
    .where('state', '<>', 'MOVED')
    .where(key, 'in', (eb) =>
      eb
        .selectFrom('sessions')
        .select(key)
        .where(key, 'is not', null)
        .where('state', '<>', 'MOVED')
        .groupBy(key)
        .having((having) => having(having.fn.countAll(), '>', 1)),
    )
    .orderBy(key)
    .orderBy('name')
    .orderBy('machine')
    .execute();
}

/** One page and one row more. Everything is narrowed by the database. */
export function sessionList(db: HubQueries, { tenant, names, state, machine, q, after, limit }: SessionQuery) {
  let query = atHome(db);
  if (tenant !== undefined) query = ofTenant(query, tenant);
  if (names !== undefined) query = query.where('sessions.name', 'in', names);
  if (state !== undefined) query = query.where('sessions.state', '=', state);
  if (machine !== undefined) query = query.where('sessions.machine', '=', machine).where('homes.machine', '=', machine);
  if (q !== undefined && q !== '') query = query.where(isIn(q));
  if (after !== undefined) query = query.where('sessions.name', '>', after);
  return query.orderBy('sessions.name').limit(limit + 1);
}

function atHome(db: HubQueries) {
  return db
    .selectFrom('sessions')
    .innerJoin('homes', (join) =>
      join.onRef('homes.name', '=', 'sessions.name').onRef('homes.machine', '=', 'sessions.machine'),
    )
    .selectAll('sessions');
}

/** Whether there is such a machine: it stays until the transaction ends. */
async function isKnown({ dialect }: HubDatabase, db: HubQueries, machine: string): Promise<boolean> {
  const row = await dialect
    .locked(db.selectFrom('machines').select('name').where('name', '=', machine))
    .executeTakeFirst();
  return row !== undefined;
}

/** Asked of both tables, so that the database reads as little of the second as of the first. */
function ofTenant(query: ReturnType<typeof atHome>, tenant: string | null): ReturnType<typeof atHome> {
  const is = tenant === null ? 'is' : '=';
  return query.where('sessions.tenant', is, tenant).where('homes.tenant', is, tenant);
}

/** `%` and `_` are letters like others. */
function isIn(q: string): Expression<SqlBool> {
  const pattern = `%${searchText(q).replace(/[\\%_]/g, '\\$&')}%`;
  return sql<SqlBool>`sessions.search like ${pattern} escape '\\'`;
}

const STORED_BEFORE = { sending: 'on', sendingOffBy: [], expectedPhone: null, owner: null };

function toRecord(row: SessionRow): SessionRecord {
  return {
    name: row.name,
    tenant: row.tenant,
    machine: row.machine,
    // One that was stored before there were bounds or owners is read again within a minute.
    session: { ...STORED_BEFORE, ...JSON.parse(row.session) },
    asOf: new Date(row.as_of),
  };
}
