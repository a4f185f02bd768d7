import type { Transactions } from './transactions.ts';

/** So many changes in one transaction at most: the service answers others in between. */
const MAX = 500;

interface Entry {
  run: () => void;
  settle: () => void;
  reject: (error: unknown) => void;
}

/**
 * One fsync for many changes: those that arrive in the same turn, or while the commit before runs, become one transaction.
 * A change that throws is undone alone. No change is told before it is on the disk, and the
 * order in which changes were given is the order in which they are made.
 */
export class GroupCommit<Event> {
  readonly #connection: () => Transactions<Event>;
  #waiting: Entry[] = [];
  #isDue = false;

  constructor(connection: () => Transactions<Event>) {
    this.#connection = connection;
  }

  /** Resolves to what the change returned once it is durable; rejects with what it threw, or what the disk refused. */
  add<T>(change: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const entry: Entry = {
      run: () => {
        const result = this.#connection().attempt(change);
        entry.settle = () => resolve(result);
      },
      settle: () => undefined,
      reject,
    };
    this.#waiting.push(entry);
    this.#schedule();
    return promise;
  }

  /** Commits all that waits, before the caller's own change. */
  flush(): void {
    while (this.#waiting.length > 0) this.#commit();
  }

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (this.#waiting.length > 0) this.#commit();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  #commit(): void {
    const entries = this.#waiting.splice(0, MAX);
    const { db, commit, tell } = this.#connection();
    try {
      const { events } = commit(() => {
        for (const entry of entries) attempt(entry, () => db.inTransaction);
      });
      // Before listeners, who may write: what was given first is answered first.
      for (const { settle } of entries) settle();
      tell(events);
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
  }
}

/** One change. SQLite may have given up the whole transaction with it (a full disk): then all of them have failed. */
function attempt(entry: Entry, isOpen: () => boolean): void {
  try {
    entry.run();
  } catch (error) {
    if (!isOpen()) throw error;
    entry.settle = () => entry.reject(error);
  }
}
