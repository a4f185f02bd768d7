/** The share of the interval by which each turn comes sooner or later, so that many programs do not save at one time. */
const JITTER = 0.1;

/** Does something again and again, never twice at once. What fails is told, and tried again at the next turn. */
export class Periodic {
  readonly #work: () => Promise<unknown>;
  readonly #onFailure: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(work: () => Promise<unknown>, onFailure: (error: unknown) => void) {
    this.#work = work;
    this.#onFailure = onFailure;
  }

  /** The first turn after `firstMs`, the others every `everyMs`. Started again, it goes on as it was. */
  start(firstMs: number, everyMs: number): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => void this.#turn(everyMs), firstMs).unref();
  }

  /** No further turn; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#tail;
  }

  /** Runs something when nothing else of this runs. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#tail.then(work);
    this.#tail = mine.catch(() => undefined);
    return mine;
  }

  async #turn(everyMs: number): Promise<void> {
    await this.#work().catch(this.#onFailure);
    // Stopped meanwhile: then there is no timer to replace.
    if (this.#timer === null) return;
    const ms = everyMs * (1 + JITTER * (2 * Math.random() - 1));
    this.#timer = setTimeout(() => void this.#turn(everyMs), ms).unref();
  }
}
