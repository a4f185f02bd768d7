import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '@leadmaster/protocol';
import type { Logger } from 'pino';

interface Waiter {
  after: number;
  settle: (isThere: boolean) => void;
}

export interface LogNewsOptions {
  /** The number of the newest event in the database. */
  newest: () => Promise<number>;
  /** Whether other hubs write into the log. */
  isShared: boolean;
  /** How often the database is asked while a reader waits. */
  pollMs: number;
  log: Pick<Logger, 'warn'>;
}

/** Wakes those who wait for what comes next in the log: at once after an append of this process, by asking after one of another. */
export class LogNews {
  readonly #options: LogNewsOptions;
  readonly #waiters = new Set<Waiter>();
  #newest = 0;
  #isKnown = false;
  #isAsking = false;
  #isClosed = false;
  #hasFailed = false;

  constructor(options: LogNewsOptions) {
    this.#options = options;
  }

  /** The log has grown to this number. */
  tell(newest: number): void {
    this.#newest = Math.max(this.#newest, newest);
    for (const waiter of [...this.#waiters]) if (waiter.after < this.#newest) waiter.settle(true);
  }

  /** True once there is an event after that number; false once the signal aborts, or this is closed. */
  async until(after: number, signal: AbortSignal): Promise<boolean> {
    if (this.#isClosed || signal.aborted) return false;
    if (this.#newest > after) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter: Waiter = { after, settle: resolve };
    const abort = (): void => resolve(false);
    this.#waiters.add(waiter);
    signal.addEventListener('abort', abort, { once: true });
    void this.#ask();
    try {
      return await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener('abort', abort);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const waiter of [...this.#waiters]) waiter.settle(false);
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#isDue()) {
      await this.#askOnce();
      await sleep(this.#options.pollMs, undefined, { ref: false });
    }
    this.#isAsking = false;
  }

  /** Where this process alone writes, what it tells is enough, once the end of the log is known. */
  #isDue(): boolean {
    return !this.#isClosed && this.#waiters.size > 0 && (this.#options.isShared || !this.#isKnown);
  }

  /** A failure is told once; those that follow are the same. */
  async #askOnce(): Promise<void> {
    const { newest, log } = this.#options;
    try {
      this.tell(await newest());
      this.#isKnown = true;
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed)
        log.warn({ error: errorText(error) }, 'the log of the hub cannot be read; it is tried again');
      this.#hasFailed = true;
    }
  }
}
