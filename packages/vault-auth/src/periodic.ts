import { setTimeout as sleep } from 'node:timers/promises';

/** The share of an interval by which each turn comes sooner or later, so that many programs do not save at one time. */
const JITTER = 0.1;

/** Repeats a task, never twice at once. A failure is reported, and the task runs again at the next turn. */
export class Periodic {
  readonly #work: () => Promise<unknown>;
  readonly #onFailure: (error: unknown) => void;
  #loop: { stopping: AbortController; ended: Promise<void> } | null = null;

  constructor(work: () => Promise<unknown>, onFailure: (error: unknown) => void) {
    this.#work = work;
    this.#onFailure = onFailure;
  }

  /** The first turn after `firstMs`, each further one some `everyMs` after the last. Started again, it continues as before. */
  start(firstMs: number, everyMs: number): void {
    if (this.#loop !== null) return;
    const stopping = new AbortController();
    this.#loop = { stopping, ended: this.#run(firstMs, everyMs, stopping.signal) };
  }

  /** No further turn; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    const loop = this.#loop;
    this.#loop = null;
    loop?.stopping.abort();
    await loop?.ended;
  }

  async #run(firstMs: number, everyMs: number, signal: AbortSignal): Promise<void> {
    for (let ms = firstMs; await passed(ms, signal); ms = everyMs * (1 + JITTER * (2 * Math.random() - 1))) {
      await this.#work().catch(this.#onFailure);
    }
  }
}

/** Whether the time went by; false when it was cut short. It keeps no process alive. */
function passed(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal, ref: false }).catch(() => false);
}
