/** The end of one call: by the caller's signal or by a timeout. */
export class Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds that were allowed at last. */
  allowedMs: number;
  readonly #timeout = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(ms: number, caller?: AbortSignal) {
    this.allowedMs = ms;
    this.signal = caller === undefined ? this.#timeout.signal : AbortSignal.any([caller, this.#timeout.signal]);
    this.#timer = this.#start(ms);
  }

  /** Whether it was time that ended the call. */
  get passed(): boolean {
    return this.#timeout.signal.aborted;
  }

  /** Begins again, when it is known how much there is to do. */
  restart(ms: number): void {
    clearTimeout(this.#timer);
    this.allowedMs = ms;
    this.#timer = this.#start(ms);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #start(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#timeout.abort(new Error('deadline')), ms);
  }
}
