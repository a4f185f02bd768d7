import type { Connection } from './connection.ts';
import { StandinError } from './errors.ts';
import { liveConnection, type ServerContext } from './server-context.ts';
import type { BulkOrder } from './wire.ts';

/** What a page wrote. */
export interface BulkResult {
  readonly bytes: number;
  readonly rows: number;
}

interface Job {
  readonly connection: Connection;
  readonly number: string;
  readonly resolve: (result: BulkResult) => void;
  readonly reject: (error: StandinError) => void;
}

/** Grows profiles: orders pages to write, and knows when they have. */
export class Bulk {
  readonly #context: ServerContext;
  readonly #jobs = new Map<number, Job>();
  #nextJob = 1;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Has every online device of the account carry out the order; resolves with what was written in all. */
  async order(number: string, order: BulkOrder): Promise<BulkResult> {
    const account = this.#context.accounts.find(number);
    const live = (account?.devices ?? []).flatMap((device) => liveConnection(this.#context, number, device.id) ?? []);
    if (live.length === 0) throw new StandinError('not_online', `${number} has no linked device online`);
    const results = await Promise.all(live.map((connection) => this.#start(connection, number, order)));
    return results.reduce((sum, one) => ({ bytes: sum.bytes + one.bytes, rows: sum.rows + one.rows }));
  }

  #start(connection: Connection, number: string, order: BulkOrder): Promise<BulkResult> {
    const job = this.#nextJob++;
    const { promise, resolve, reject } = Promise.withResolvers<BulkResult>();
    this.#jobs.set(job, { connection, number, resolve, reject });
    connection.send({ t: 'bulk', job, order });
    return promise;
  }

  /** A page reports the end of its order. */
  done(number: number, bytes: number, rows: number, error?: string): void {
    const job = this.#jobs.get(number);
    if (!job) return;
    this.#jobs.delete(number);
    if (error) {
      job.reject(new StandinError('bad_request', `the page could not write: ${error}`));
      return;
    }
    this.#context.observed.add('bulk', job.number, job.connection.login?.device ?? null, { bytes, rows });
    job.resolve({ bytes, rows });
  }

  /** The page is gone, with whatever it had not finished. */
  forget(connection: Connection): void {
    for (const [number, job] of this.#jobs) {
      if (job.connection !== connection) continue;
      this.#jobs.delete(number);
      job.reject(new StandinError('not_online', 'the device went offline while it was writing'));
    }
  }
}
