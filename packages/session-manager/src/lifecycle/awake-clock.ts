const TICK_MS = 1_000;
/** A tick that comes later than this was held up: by a stop of the process, a sleep of the machine, or work that let nothing else run. */
const HELD_UP_MS = 3 * TICK_MS;

/**
 * Milliseconds in which this process could hear what others say. A process that was stopped (SIGSTOP, a paused machine) finds all
 * of its timers due at once when it continues, before the first word from outside is read: silence in that time says nothing
 * of a browser.
 */
export class AwakeClock {
  readonly #steady: () => number;
  #seen: number;
  #missed = 0;

  constructor(steady: () => number = () => performance.now()) {
    this.#steady = steady;
    this.#seen = steady();
  }

  /** Keeps looking, so that a standstill shows. Does not keep the process alive. */
  static running(): AwakeClock {
    const clock = new AwakeClock();
    setInterval(() => clock.now(), TICK_MS).unref();
    return clock;
  }

  now(): number {
    const steady = this.#steady();
    const gap = steady - this.#seen;
    this.#seen = steady;
    if (gap > HELD_UP_MS) this.#missed += gap - TICK_MS;
    return steady - this.#missed;
  }
}
