import { LeadMasterError } from '@leadmaster/protocol';
import { anyOf, inTurns, type SerialQueue, type Slots } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { LongCall } from './snapshot-service.ts';

/** A call that always has a signal: it is aborted when the service ends, too. */
export type BoundCall = LongCall & { signal: AbortSignal };

/** When work on snapshots runs: one at a time for a session, a few at a time for the machine. */
export class SnapshotTurns {
  readonly #places: Slots;
  readonly #log: Logger;
  /** One queue per session: a snapshot never meets another, a restore, or a prune of the same session. */
  readonly #queues = new Map<string, SerialQueue>();
  readonly #closing = new AbortController();
  readonly #background = new Set<Promise<unknown>>();

  /** `places`: for snapshots that are taken, read or booted (`SNAPSHOT_CONCURRENCY`). */
  constructor(places: Slots, log: Logger) {
    this.#places = places;
    this.#log = log;
  }

  /** Aborted when the service ends. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Aborted when the service ends, or the caller gives up. */
  until(given: AbortSignal | undefined): AbortSignal {
    return anyOf(this.#closing.signal, given);
  }

  /** Runs work that is alone with a session's snapshots; it takes no place on the machine. */
  alone<T>(session: string, work: () => Promise<T>): Promise<T> {
    return inTurns(this.#queues, session, work);
  }

  /** The same, with a place on the machine. */
  turn<T>(session: string, options: LongCall, work: (call: BoundCall) => Promise<T>): Promise<T> {
    return this.alone(session, () => this.placed(options, work));
  }

  /** Runs work with a place on the machine, beside other work on the session. */
  async placed<T>({ signal: given, onProgress }: LongCall, work: (call: BoundCall) => Promise<T>): Promise<T> {
    const signal = this.until(given);
    onProgress?.({ phase: 'waiting', done: 0, total: null });
    const leave = await this.#places.take(signal);
    try {
      return await work({ signal, ...(onProgress === undefined ? {} : { onProgress }) });
    } finally {
      leave();
    }
  }

  /** Runs work in the background; the end waits for it. Failures are told where they happen. */
  later(work: (signal: AbortSignal) => Promise<unknown>): void {
    const running = work(this.#closing.signal)
      .catch((error: unknown) => {
        if (!this.#closing.signal.aborted) this.#log.debug({ err: error }, 'a snapshot in the background failed');
      })
      .finally(() => this.#background.delete(running));
    this.#background.add(running);
  }

  /** Ends what is under way, in order: nothing half-done stays, a browser is never left standing still. */
  async close(): Promise<void> {
    this.#closing.abort(
      new LeadMasterError('shutting_down', 'The service is shutting down', 'Ask again when it is back.'),
    );
    await this.idle();
  }

  /** Resolves when all work has finished, also that in the background. */
  async idle(): Promise<void> {
    await Promise.all([...this.#background, ...[...this.#queues.values()].map((queue) => queue.idle())]);
  }
}
