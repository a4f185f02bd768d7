import { type AnyEvent, type Session, tenantOf } from '@leadmaster/protocol';
import { type SelectQueryBuilder, sql } from 'kysely';
import type { HubDatabase, HubQueries } from './database.ts';
import { ago } from './dialect.ts';
import { advance } from './leases.ts';
import type { LogNews } from './log-news.ts';
import type { EventQuery, Lease, LogPosition, StoredEvent } from './records.ts';
import { parts, storeSessions } from './session-rows.ts';
import type { EventRow, HubTables } from './tables.ts';

/** So many rows are deleted in one transaction: those that append wait no longer than for that. */
const PRUNED_AT_ONCE = 2_000;

/** What was read of a machine's log, and what of its sessions followed from it. */
export interface MachineNews {
  /** How far the log was known when it was read. */
  from: LogPosition;
  /** How far it is known with these events. */
  to: LogPosition;
  /** With the machine's own numbers, all of the log `to.logId`. */
  events: readonly AnyEvent[];
  sessions: { changed: readonly Session[]; gone: readonly string[] };
  asOf: Date;
}

/**
 * A page of the log. `cursor`: the next `after`. `oldest`: the first number that is still kept; 0 where there is none. Numbers are
 * the hub's, or where one tenant is asked for, that tenant's. `seen`: the hub's own number of the newest event at that time.
 */
export interface StoredEventPage {
  items: StoredEvent[];
  cursor: number;
  oldest: number;
  seen: number;
}

/** The hub's own log: the events of all machines, numbered by the hub in the order in which they are committed. */
export class EventLog {
  readonly #database: HubDatabase;
  readonly #news: LogNews;

  constructor(database: HubDatabase, news: LogNews) {
    this.#database = database;
    this.#news = news;
  }

  /**
   * Stores what the holder of a lease read, with all that follows from it, in one transaction. An event that is stored
   * already is passed over; answered are the new ones.
   * @throws LeaseLost where another reads that log by now, or has read on.
   */
  async append(lease: Pick<Lease, 'machine' | 'generation'>, news: MachineNews): Promise<StoredEvent[]> {
    const { from, to, events, sessions, asOf } = news;
    const { logId } = to;
    const { machine } = lease;
    const stored = await this.#database.transact(async (db) => {
      await advance(this.#database, db, lease, { from, to });
      await storeSessions(this.#database, db, machine, { ...sessions, asOf });
      if (events.length === 0) return [];
      if (logId === null) throw new TypeError('events are of a log');
      // Last, so that other hubs wait for each other no longer than for these rows.
      await this.#database.dialect.lockLog(db);
      return this.#insert(db, { machine, logId, events });
    });
    const newest = stored.at(-1);
    if (newest !== undefined) this.#news.tell(newest.id);
    return stored;
  }

  /** The events after a number that a reader may see. */
  async page(query: EventQuery): Promise<StoredEventPage> {
    const { after, limit, sessions, tenant } = query;
    return this.#database.run(async (db) => {
      // Before the rows: what is committed in between belongs to the next page.
      const all = await ends(db);
      const { oldest, newest } = typeof tenant === 'string' ? await endsOf(db, tenant) : all;
      const rows = sessions?.length === 0 ? [] : await eventList(db, query, newest).execute();
      const items = rows.map(typeof tenant === 'string' ? toTenantsEvent : toEvent);
      const last = items.at(-1);
      const cursor = items.length === limit && last !== undefined ? last.id : Math.max(after, newest);
      return { items, cursor, oldest, seen: all.newest };
    });
  }

  /** The number of the newest event; 0 before the first. Of a tenant: the newest number that it has had. */
  async newest(tenant: string | null = null): Promise<number> {
    const { newest } = await this.#database.run((db) => (tenant === null ? ends(db) : endsOf(db, tenant)));
    return newest;
  }

  /** Whether there is an event after that number of the hub's own: waits for one; false once the signal aborts, or the store is closed. */
  untilNews(after: number, signal: AbortSignal): Promise<boolean> {
    return this.#news.until(after, signal);
  }

  /** Deletes what was stored longer ago, and the oldest beyond so many; answers how many. The newest stays: it is the end of the log. */
  async prune({ olderThanMs, maxRows }: { olderThanMs: number; maxRows: number }): Promise<number> {
    const beyond = await this.#database.run((db) => lastBeyond(db, maxRows));
    let pruned = 0;
    for (;;) {
      const count = await this.#database.transact((db) => this.#pruneSome(db, beyond, olderThanMs));
      pruned += count;
      if (count < PRUNED_AT_ONCE) return pruned;
    }
  }

  async #pruneSome(db: HubQueries, beyond: number, olderThanMs: number): Promise<number> {
    const { newest } = await ends(db);
    const old = db
      .selectFrom('events')
      .select('id')
      .where('id', '<', newest)
      .where((eb) => eb.or([eb('id', '<=', beyond), eb('stored_at', '<', ago(this.#database.dialect, olderThanMs))]))
      .orderBy('id')
      .limit(PRUNED_AT_ONCE);
    const { numDeletedRows } = await db.deleteFrom('events').where('id', 'in', old).executeTakeFirst();
    return Number(numDeletedRows);
  }

  async #insert(
    db: HubQueries,
    { machine, logId, events }: { machine: string; logId: string; events: readonly AnyEvent[] },
  ): Promise<StoredEvent[]> {
    const stored: EventRow[] = [];
    for (const part of parts(events)) {
      const next = await numbersFor(db, part);
      const rows = part.map((event) => ({
        machine,
        log_id: logId,
        machine_event: event.id,
        tenant: tenantOf(event.session),
        tenant_event: next(tenantOf(event.session)),
        session: event.session,
        type: event.type,
        at: event.at,
        data: JSON.stringify(event.data),
        stored_at: this.#database.dialect.now,
      }));
      const added = await db
        .insertInto('events')
        .values(rows)
        .onConflict((conflict) => conflict.columns(['machine', 'log_id', 'machine_event']).doNothing())
        .returningAll()
        .execute();
      stored.push(...added);
    }
    return stored.sort((a, b) => a.id - b.id).map(toEvent);
  }
}

/** The events of a page, up to the newest that was there when it was begun. */
export function eventList(db: HubQueries, { after, limit, tenant, sessions, types }: EventQuery, newest: number) {
  let query: SelectQueryBuilder<HubTables, 'events', EventRow> = db.selectFrom('events').selectAll();
  if (tenant !== undefined) query = query.where('tenant', tenant === null ? 'is' : '=', tenant);
  if (sessions !== undefined) query = query.where('session', 'in', sessions);
  if (types !== undefined) query = query.where('type', 'in', types);
  const number = typeof tenant === 'string' ? 'tenant_event' : 'id';
  return query.where(number, '>', after).where(number, '<=', newest).orderBy(number).limit(limit);
}

/** The first and the last number of the log; 0 where it is empty. */
async function ends(db: HubQueries): Promise<{ oldest: number; newest: number }> {
  const one = (order: 'asc' | 'desc') => db.selectFrom('events').select('id').orderBy('id', order).limit(1);
  const row = await db.selectNoFrom([one('asc').as('oldest'), one('desc').as('newest')]).executeTakeFirst();
  return { oldest: row?.oldest ?? 0, newest: row?.newest ?? 0 };
}

/** The same by the numbers of a tenant. The last one is known also when its event is no longer kept. */
async function endsOf(db: HubQueries, tenant: string): Promise<{ oldest: number; newest: number }> {
  const first = db
    .selectFrom('events')
    .select('tenant_event')
    .where('tenant', '=', tenant)
    .orderBy('tenant_event')
    .limit(1);
  const last = db.selectFrom('counters').select('value').where('name', '=', counterOf(tenant));
  const row = await db.selectNoFrom([first.as('oldest'), last.as('newest')]).executeTakeFirst();
  return { oldest: row?.oldest ?? 0, newest: row?.newest ?? 0 };
}

function counterOf(tenant: string): string {
  return `events of ${tenant}`;
}

/**
 * Takes a number of its tenant for each event, under the lock of the log: they grow in the order of the commits, too. An event
 * that is stored already leaves its number unused.
 */
async function numbersFor(
  db: HubQueries,
  events: readonly AnyEvent[],
): Promise<(tenant: string | null) => number | null> {
  const tenants = events.map(({ session }) => tenantOf(session)).filter((tenant) => tenant !== null);
  const next = new Map<string, number>();
  for (const [tenant, { length }] of Map.groupBy(tenants, (tenant) => tenant)) {
    const { value } = await db
      .insertInto('counters')
      .values({ name: counterOf(tenant), value: length })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet((eb) => ({ value: eb('counters.value', '+', eb.ref('excluded.value')) })),
      )
      .returning('value')
      .executeTakeFirstOrThrow();
    next.set(tenant, value - length);
  }
  return (tenant) => {
    if (tenant === null) return null;
    const number = (next.get(tenant) ?? 0) + 1;
    next.set(tenant, number);
    return number;
  };
}

/** The newest event of those that are more than so many; 0 where there are not. */
async function lastBeyond(db: HubQueries, maxRows: number): Promise<number> {
  const row = await db
    .selectFrom('events')
    .select('id')
    .orderBy('id', 'desc')
    .limit(1)
    .offset(sql.lit(Math.max(1, maxRows)))
    .executeTakeFirst();
  return row?.id ?? 0;
}

function toEvent({ id, session, type, at, data, tenant, tenant_event, machine }: EventRow): StoredEvent {
  return { id, session, type, at, data: JSON.parse(data), tenant, tenantEvent: tenant_event, machine };
}

/** The same under the number that it has for its tenant. */
function toTenantsEvent(row: EventRow): StoredEvent {
  const event = toEvent(row);
  return { ...event, id: event.tenantEvent ?? event.id };
}
