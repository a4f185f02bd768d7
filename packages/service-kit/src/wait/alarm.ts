/** A sleep that can be cut short. */
export class Alarm {
  #wake: (() => void) | null = null;
  #rang = false;

  /** Ends the sleep that runs; when none does, the next one ends at once. */
  ring(): void {
    this.#rang = true;
    this.#wake?.();
  }

  /** Resolves after `ms` (null = never by itself), when the alarm rings, or when the signal aborts; says whether it rang. */
  async sleep(ms: number | null, signal: AbortSignal): Promise<boolean> {
    if (!this.#rang && !signal.aborted) await this.#doze(ms, signal);
    const rang = this.#rang;
    this.#rang = false;
    return rang;
  }

  async #doze(ms: number | null, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const timer = ms === null ? undefined : setTimeout(wake, ms).unref();
    signal.addEventListener('abort', wake);
    this.#wake = wake;
    await promise;
    this.#wake = null;
    signal.removeEventListener('abort', wake);
    clearTimeout(timer);
  }
}
