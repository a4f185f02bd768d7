import type { Kysely, Transaction } from 'kysely';
import type { HubDialect } from './dialect.ts';
import type { HubTables } from './tables.ts';

/** What queries run on: the pool, or the transaction that they are part of. */
export type HubQueries = Kysely<HubTables>;

/** An open database, with what differs between the two kinds. */
export interface OpenDatabase {
  db: HubQueries;
  dialect: HubDialect;
  /** What the database threw, as an error that says what to do; everything else as it is. */
  told: (error: unknown) => unknown;
  /** Whether the database ended a transaction to free another: the same may succeed when it is done again. */
  isVictim: (error: unknown) => boolean;
  close: () => Promise<void>;
}

const TRIES = 5;

/** The one way to the hub's database, whichever it is. */
export class HubDatabase {
  readonly dialect: HubDialect;
  readonly #open: OpenDatabase;

  constructor(open: OpenDatabase) {
    this.dialect = open.dialect;
    this.#open = open;
  }

  /**
   * Statements that each stand alone: what is read, or one change. @throws LeadMasterError `storage_failed`,
   * `database_unreachable`, `shutting_down`.
   */
  async run<T>(query: (db: HubQueries) => Promise<T>): Promise<T> {
    try {
      return await query(this.#open.db);
    } catch (error) {
      throw this.#open.told(error);
    }
  }

  /**
   * One transaction: wholly done and durable when it resolves. It may run more than once, where the database ended it to
   * free another. @throws as `run`, and what the change throws; where the line broke at the commit it may have been done.
   */
  async transact<T>(change: (db: Transaction<HubTables>) => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.#open.db.transaction().execute(change);
      } catch (error) {
        if (tried === TRIES || !this.#open.isVictim(error)) throw this.#open.told(error);
      }
    }
  }

  close(): Promise<void> {
    return this.#open.close();
  }
}
