import type { Connection } from './connection.ts';
import { StandinError } from './errors.ts';
import { Jobs } from './jobs.ts';
import { liveConnection, type ServerContext } from './server-context.ts';
import type { BulkOrder } from './wire.ts';

/** What a page wrote. */
export interface BulkResult {
  readonly bytes: number;
  readonly rows: number;
}

/** Grows profiles: orders pages to write, and knows when they have. */
export class Bulk {
  readonly #context: ServerContext;
  readonly #jobs = new Jobs<BulkResult>();

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Has every online device of the account carry out the order; resolves with what was written in all. */
  async order(number: string, order: BulkOrder): Promise<BulkResult> {
    const account = this.#context.accounts.find(number);
    const live = (account?.devices ?? []).flatMap((device) => liveConnection(this.#context, number, device.id) ?? []);
    if (live.length === 0) throw new StandinError('not_online', `${number} has no linked device online`);
    const results = await Promise.all(
      live.map((connection) => this.#jobs.start(connection, (job) => ({ t: 'bulk', job, order }))),
    );
    return results.reduce((sum, one) => ({ bytes: sum.bytes + one.bytes, rows: sum.rows + one.rows }));
  }

  /** A page reports the end of its order. */
  done(connection: Connection, job: number, result: BulkResult, error?: string): void {
    if (error !== undefined) {
      this.#jobs.answer(job, { error });
      return;
    }
    const { login } = connection;
    this.#context.observed.add('bulk', login?.number ?? null, login?.device ?? null, { ...result });
    this.#jobs.answer(job, { value: result });
  }

  /** The page is gone, with its unfinished work. */
  forget(connection: Connection): void {
    this.#jobs.forget(connection);
  }
}
