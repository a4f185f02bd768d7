import type { Connection } from './connection.ts';
import { StandinError } from './errors.ts';
import type { ToPage } from './wire.ts';

interface Job<T> {
  readonly connection: Connection;
  readonly resolve: (result: T) => void;
  readonly reject: (error: StandinError) => void;
}

/** Errands that pages are sent on: each has a number, and ends with the page's answer or with the page. */
export class Jobs<T> {
  readonly #jobs = new Map<number, Job<T>>();
  #next = 1;

  /** Sends a page on an errand; resolves with its answer. */
  start(connection: Connection, message: (job: number) => ToPage): Promise<T> {
    const job = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#jobs.set(job, { connection, resolve, reject });
    connection.send(message(job));
    return promise;
  }

  /** The page's answer. An answer without a question is dropped. */
  answer(job: number, outcome: { value: T } | { error: string }): void {
    const asked = this.#jobs.get(job);
    this.#jobs.delete(job);
    if ('value' in outcome) asked?.resolve(outcome.value);
    else asked?.reject(new StandinError('bad_request', `the page could not do it: ${outcome.error}`));
  }

  /** The page is gone, with its unfinished work. */
  forget(connection: Connection): void {
    for (const [job, { connection: asked, reject }] of this.#jobs) {
      if (asked !== connection) continue;
      this.#jobs.delete(job);
      reject(new StandinError('not_online', 'the device went offline before it had finished'));
    }
  }
}
