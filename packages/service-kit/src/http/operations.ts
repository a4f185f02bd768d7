import { randomUUID } from 'node:crypto';
import { LeadMasterError, type Operation, type OperationKind, type Progress } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import { Alarm } from '../wait/alarm.ts';
import { within } from '../wait/deadline.ts';
import { asProductError } from './problems.ts';
import { shuttingDown } from './waiting.ts';

/** How many that have ended are remembered, and for how long. */
const KEEP_ENDED = 500;
const KEEP_MS = 24 * 3_600_000;

/** A long call as it was asked for. */
export interface Work<T> {
  kind: OperationKind;
  /** Null for what is about more than one. */
  session: string | null;
  run: (call: { signal: AbortSignal; onProgress: (progress: Progress) => void }) => Promise<T>;
}

interface Entry {
  operation: Operation;
  /** When its progress was last made a revision, on the clock of `performance`. */
  toldAt: number;
  /** Those who wait for its next revision. */
  readonly waiting: Set<Alarm>;
  /** Resolves when the work is over, however it went. */
  over: Promise<void>;
  /** Gives the work up: it counts as failed, and its waiters are answered. */
  abandon: () => void;
}

export interface OperationsOptions {
  log: Logger;
  /** Progress raises the revision at most this often, so that followers are not answered without pause. */
  progressMs: number;
  /** How long `close` waits for work that was told to end. */
  closeMs: number;
  /** The time of day, in milliseconds; a test's own. */
  now?: () => number;
}

/**
 * The long work that callers have asked for. It does not depend on a connection: once begun it continues until it is done
 * or the service ends, and what became of it can be asked for afterwards.
 */
export class Operations {
  readonly #options: Required<OperationsOptions>;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new AbortController();

  constructor(options: OperationsOptions) {
    this.#options = { now: Date.now, ...options };
  }

  /**
   * Begins work. `result` is its result; the caller must handle its failure.
   *
   * @throws LeadMasterError `shutting_down`
   */
  begin<T>(work: Work<T>): { operation: Operation; result: Promise<T> } {
    if (this.#closing.signal.aborted) throw shuttingDown();
    this.#forgetOld();
    const { promise: result, resolve, reject } = Promise.withResolvers<T>();
    const entry: Entry = {
      operation: this.#newOperation(work),
      toldAt: performance.now(),
      waiting: new Set(),
      over: Promise.resolve(),
      abandon: () => fail(shuttingDown()),
    };
    const fail = (error: unknown): void => {
      this.#end(entry, { state: 'failed', error: asProductError(error).toProblem() });
      reject(error);
    };
    this.#entries.set(entry.operation.id, entry);
    entry.over = this.#run(entry, work).then((value) => {
      this.#end(entry, { state: 'done', result: value });
      resolve(value);
    }, fail);
    return { operation: entry.operation, result };
  }

  /** Newest first. */
  list(limit: number): Operation[] {
    this.#forgetOld();
    return [...this.#entries.values()]
      .reverse()
      .slice(0, limit)
      .map((entry) => entry.operation);
  }

  /**
   * The operation once it is newer than a revision or has ended, or as it is when the time is over or the signal aborts.
   *
   * @throws LeadMasterError `operation_not_found`
   */
  async newerThan(id: string, revision: number, waitMs: number, signal: AbortSignal): Promise<Operation> {
    this.#forgetOld();
    const entry = this.#entry(id);
    const until = performance.now() + waitMs;
    for (;;) {
      const { operation } = entry;
      const left = until - performance.now();
      if (operation.state !== 'running' || operation.revision > revision || left <= 0 || signal.aborted) {
        return operation;
      }
      await nextChange(entry, left, signal);
    }
  }

  /** Tells all work to end and waits for it; what does not end in time is given up and named in the log. */
  async close(): Promise<void> {
    this.#closing.abort(shuttingDown());
    const running = [...this.#entries.values()].filter((entry) => entry.operation.state === 'running');
    await within(this.#options.closeMs, Promise.all(running.map((entry) => entry.over)), null);
    for (const entry of running.filter(({ operation }) => operation.state === 'running')) {
      const { id, kind, session } = entry.operation;
      this.#options.log.warn({ operation: id, kind, session }, 'did not end in time when the service shut down');
      entry.abandon();
    }
  }

  async #run<T>(entry: Entry, work: Work<T>): Promise<T> {
    const { signal } = this.#closing;
    try {
      return await work.run({ signal, onProgress: (progress) => this.#progressed(entry, progress) });
    } catch (error) {
      // It was told to end: that is the reason, however it ended.
      throw signal.aborted && !(error instanceof LeadMasterError) ? signal.reason : error;
    }
  }

  #newOperation({ kind, session }: Pick<Work<unknown>, 'kind' | 'session'>): Operation {
    return {
      id: `op_${randomUUID()}`,
      revision: 1,
      kind,
      session,
      state: 'running',
      progress: { phase: 'begun', done: 0, total: null },
      startedAt: this.#timestamp(),
      endedAt: null,
      result: null,
      error: null,
    };
  }

  #progressed(entry: Entry, { phase, done, total }: Progress): void {
    const { operation } = entry;
    if (operation.state !== 'running') return;
    const now = performance.now();
    const isNews = phase !== operation.progress.phase || now - entry.toldAt >= this.#options.progressMs;
    entry.operation = { ...operation, progress: { phase, done, total } };
    if (!isNews) return;
    entry.toldAt = now;
    this.#tell(entry);
  }

  #end(entry: Entry, end: { state: 'done'; result: unknown } | { state: 'failed'; error: Operation['error'] }): void {
    if (entry.operation.state !== 'running') return;
    entry.operation = { ...entry.operation, ...end, endedAt: this.#timestamp() };
    this.#tell(entry);
  }

  #tell(entry: Entry): void {
    entry.operation = { ...entry.operation, revision: entry.operation.revision + 1 };
    for (const alarm of entry.waiting) alarm.ring();
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry;
    throw new LeadMasterError(
      'operation_not_found',
      `There is no operation "${id}".`,
      'List them with GET /v1/operations; one is forgotten a day after its end, and when the service ends.',
    );
  }

  #forgetOld(): void {
    const ended = [...this.#entries.values()]
      .map(({ operation }) => operation)
      .filter(({ endedAt }) => endedAt !== null);
    const oldest = this.#options.now() - KEEP_MS;
    const excess = ended.length - KEEP_ENDED;
    for (const [place, { id, endedAt }] of ended.entries()) {
      if (place < excess || Date.parse(endedAt ?? '') < oldest) this.#entries.delete(id);
    }
  }

  #timestamp(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

/** Resolves at its next revision, when the time is over or the signal aborts. */
async function nextChange({ waiting }: Entry, waitMs: number, signal: AbortSignal): Promise<void> {
  const alarm = new Alarm();
  waiting.add(alarm);
  await alarm.sleep(waitMs, signal);
  waiting.delete(alarm);
}
