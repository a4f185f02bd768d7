import { pause } from './backoff.ts';

/** What may go at once after a quiet time. */
const BURST_MS = 100;
/** Large amounts are taken in turns with others'. */
const TURN_BYTES = 64 * 1024;

/** So many bytes per second, shared by all that take from it: one for the machine, not one for each store. */
export class ByteRate {
  readonly #bytesPerMs: number;
  readonly #now: () => number;
  /** When everything that was taken has been worth its time. */
  #paidUntil = 0;

  constructor(bytesPerSecond: number, now: () => number = () => performance.now()) {
    if (!(bytesPerSecond > 0)) throw new RangeError(`a rate of ${bytesPerSecond} bytes per second lets nothing pass`);
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#now = now;
  }

  /** Resolves when that many bytes may go. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    for (let left = bytes; left > 0; left -= TURN_BYTES) await this.#turn(Math.min(left, TURN_BYTES), signal);
  }

  /** Gives back what was taken and not used. */
  giveBack(bytes: number): void {
    this.#paidUntil -= bytes / this.#bytesPerMs;
  }

  async #turn(bytes: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const now = this.#now();
    this.#paidUntil = Math.max(this.#paidUntil, now - BURST_MS) + bytes / this.#bytesPerMs;
    const wait = this.#paidUntil - now;
    if (wait <= 0) return;
    try {
      await pause(wait, signal);
    } catch (error) {
      this.giveBack(bytes);
      throw error;
    }
  }
}
