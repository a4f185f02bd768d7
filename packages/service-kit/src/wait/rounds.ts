import { setTimeout as sleep } from 'node:timers/promises';

/** Work that comes in rounds, one after another, from its start until it is closed. It keeps no process running. */
export class Rounds {
  readonly #round: () => Promise<number>;
  readonly #ending = new AbortController();
  #running: Promise<void> | null = null;

  /** `round` answers how many milliseconds the next waits, and handles its own errors. */
  constructor(round: () => Promise<number>) {
    this.#round = round;
  }

  /** Aborts with the close: for what a round waits for. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves once no round is under way. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this;
    while (!signal.aborted) {
      const pauseMs = await this.#round();
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}
