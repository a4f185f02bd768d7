import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';
import { isAnswer } from './errors.ts';

/**
 * Connections that come back clean or not at all. The driver keeps one whose query ran out of time, with the query still
 * on its way, and one that was left in a transaction: the next who gets it would wait behind the first, or write into
 * the second.
 */
export class CleanPool implements PostgresPool {
  readonly options: object;
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.options = pool.options;
    // The pool hears no connection from the moment it gives it away, and who gets it is told a moment later. One that breaks
    // in between is told by its next statement; unheard, it would end the process.
    pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async connect(): Promise<PostgresPoolClient> {
    return new CleanClient(await this.#pool.connect());
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

class CleanClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  #broken: Error | null = null;
  readonly #onError = (error: Error): void => {
    this.#broken ??= error;
  };

  constructor(client: pg.PoolClient) {
    this.#client = client;
    // The pool listens to idle connections alone. One that breaks between two statements is told by the next one.
    client.on('error', this.#onError);
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query(): never;
  async query(sql?: string, parameters: readonly unknown[] = []): Promise<unknown> {
    if (typeof sql !== 'string') throw new Error('nothing here reads by a cursor');
    // What follows in the transaction, its rollback included, does not wait for its own deadline.
    if (this.#broken !== null) throw this.#broken;
    try {
      return await this.#client.query(sql, [...parameters]);
    } catch (error) {
      if (!isAnswer(error)) this.#broken ??= error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  release(destroy = false): void {
    this.#client.off('error', this.#onError);
    this.#client.release(destroy || this.#broken !== null || this.#client.getTransactionStatus() !== 'I');
  }
}
