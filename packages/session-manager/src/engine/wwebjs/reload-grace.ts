/**
 * The time that a page which was READY gets to come back after it reloaded itself (whatsapp-web-2026, 3.4): a while
 * from the last step it made, and an overall limit. In it no connection is called lost.
 *
 * In READY the supervisor's watchdog hears nothing but `alive` (`PROBE_DEADLINE_S`, 60 s). The navigation itself is such a
 * sign, since a dead page does not navigate, and so is each step after it: every one starts the watchdog again, and none
 * comes after the limit. A page that hangs on its way, or loads itself for ever, is therefore still ended by the watchdog.
 */
export class ReloadGrace {
  readonly #stepMs: number;
  readonly #until: number;
  #stepUntil: number;
  #rank = 0;

  constructor(now: number, settings: { stepMs: number; capMs: number }) {
    this.#stepMs = settings.stepMs;
    this.#stepUntil = now + settings.stepMs;
    this.#until = now + settings.capMs;
  }

  isOpen(now: number): boolean {
    return now < Math.min(this.#stepUntil, this.#until);
  }

  /** Notes how far the page has come; whether that is further than before. */
  reached(rank: number, now: number): boolean {
    if (rank <= this.#rank || !this.isOpen(now)) return false;
    this.#rank = rank;
    this.#stepUntil = now + this.#stepMs;
    return true;
  }

  /** The page reloaded itself, or says that it still syncs. Whether there is time left for it. */
  extend(now: number): boolean {
    if (!this.isOpen(now)) return false;
    this.#stepUntil = now + this.#stepMs;
    return true;
  }
}
