import { AwakeClock } from './awake-clock.ts';

const awake = AwakeClock.running();

/**
 * Named alarms of one session. An alarm's task is handed to the session's queue; if it was disarmed or armed again before
 * its turn comes, it does nothing.
 */
export class Timers<Name extends string> {
  readonly #enqueue: (task: () => Promise<void>) => void;
  readonly #armed = new Map<Name, NodeJS.Timeout>();

  constructor(enqueue: (task: () => Promise<void>) => void) {
    this.#enqueue = enqueue;
  }

  arm(name: Name, ms: number, task: () => Promise<void>): void {
    this.disarm(name);
    const handle = setTimeout(() => {
      this.#enqueue(async () => (this.#armed.get(name) === handle ? task() : undefined));
    }, ms);
    this.#armed.set(name, handle);
  }

  /** As `arm`, for so long in which this process was awake: after a standstill the rest of it is waited for. */
  armAwake(name: Name, ms: number, task: () => Promise<void>): void {
    const due = awake.now() + ms;
    this.arm(name, ms, async () => {
      const left = due - awake.now();
      // A timer may fire a millisecond early.
      if (left > 1) this.armAwake(name, left, task);
      else await task();
    });
  }

  disarm(name: Name): void {
    clearTimeout(this.#armed.get(name));
    this.#armed.delete(name);
  }
}
