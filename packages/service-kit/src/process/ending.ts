import type { Logger } from 'pino';

/** How long the last lines of the log are waited for. */
const LAST_LINES_MS = 1_000;

export interface EndingOptions {
  /** What ends, as the log calls it: `the hub`. */
  what: string;
  log: Pick<Logger, 'info' | 'error'>;
  sink: { flush(withinMs: number): Promise<void> };
  /** Ends all of it in order. */
  close: () => Promise<void>;
}

/** The end of a service: in order, and once, however often it is asked for. */
export class Ending {
  readonly #options: EndingOptions;
  readonly #finished = Promise.withResolvers<number>();
  #ending: Promise<void> | null = null;

  constructor(options: EndingOptions) {
    this.#options = options;
  }

  /** The exit code, once it has ended: the one that was asked for, 1 when something was left. */
  get finished(): Promise<number> {
    return this.#finished.promise;
  }

  get hasBegun(): boolean {
    return this.#ending !== null;
  }

  begin(reason: string, code = 0): Promise<void> {
    this.#ending ??= this.#end(reason, code);
    return this.#ending;
  }

  async #end(reason: string, code: number): Promise<void> {
    const { what, log, sink, close } = this.#options;
    log.info({ reason }, `${what} shuts down`);
    let result = code;
    try {
      await close();
    } catch (error) {
      log.error({ err: error }, `the shutdown of ${what} left something behind`);
      result = 1;
    }
    log.info(`${what} has shut down`);
    await sink.flush(LAST_LINES_MS);
    this.#finished.resolve(result);
  }
}
