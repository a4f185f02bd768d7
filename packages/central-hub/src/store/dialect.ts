import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { HubTables } from './tables.ts';

/**
 * What is said differently to SQLite and to PostgreSQL. Queries are the same for both and take these words from here: no other
 * file of queries knows which database it speaks to.
 */
export interface HubDialect {
  /** The time on the clock of the database, in milliseconds: that of the moment, not of the transaction's begin. */
  readonly now: RawBuilder<number>;
  /** Whether other hubs write into the same database. */
  readonly isShared: boolean;
  /** Locks the rows that a query finds until the transaction ends. */
  locked<DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>): SelectQueryBuilder<DB, TB, O>;
  /**
   * Holds the log for this transaction until it ends. Taken before the first number is given: a sequence's order is not the
   * order of commits, and a reader that saw number 8 while 7 was still on its way would never come back for 7. Under
   * this lock numbers are given and committed in one order, so what a reader sees has no hole that is filled later.
   */
  lockLog(db: Kysely<HubTables>): Promise<void>;
  /** Has every statement of this transaction see one moment; its first statement. */
  oneView(db: Kysely<HubTables>): Promise<void>;
  /** The next event has a number beyond that. */
  numberEventsBeyond(db: Kysely<HubTables>, number: number): Promise<void>;
}

/** One process writes, one transaction at a time: nothing needs a lock. */
export const SQLITE: HubDialect = {
  now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
  isShared: false,
  locked: (query) => query,
  lockLog: async () => {},
  oneView: async () => {},
  numberEventsBeyond: async (db, number) => {
    await sql`delete from sqlite_sequence where name = 'events'`.execute(db);
    await sql`insert into sqlite_sequence (name, seq) values ('events', ${sql.lit(number)})`.execute(db);
  },
};

/** First half of the keys of our advisory locks: "LdMh". */
const OURS = 0x4c644d68;

export const POSTGRES: HubDialect = {
  now: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
  isShared: true,
  locked: (query) => query.forUpdate(),
  lockLog: async (db) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(OURS)}, 1)`.execute(db);
  },
  oneView: async (db) => {
    await sql`set transaction isolation level repeatable read`.execute(db);
  },
  numberEventsBeyond: async (db, number) => {
    await sql`alter table events alter column id restart with ${sql.lit(number + 1)}`.execute(db);
  },
};

/** The statement that keeps other hubs from migrating until the transaction ends. */
export const LOCK_OF_MIGRATIONS = `select pg_advisory_xact_lock(${OURS}, 2)`;

/** A moment so many milliseconds from now, on the clock of the database. */
export function ahead({ now }: HubDialect, ms: number): RawBuilder<number> {
  return sql<number>`${now} + ${sql.lit(Math.round(ms))}`;
}

/** A moment so many milliseconds before now, on the clock of the database. */
export function ago({ now }: HubDialect, ms: number): RawBuilder<number> {
  return sql<number>`${now} - ${sql.lit(Math.round(ms))}`;
}
