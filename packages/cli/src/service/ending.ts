import type { Readable } from 'node:stream';

/** What can tell a service to end; tests have their own. */
export interface EndingSources {
  /** Signals of this process. */
  signals: Pick<NodeJS.Process, 'on' | 'off'>;
  /** With `--exit-with-parent`: its end means that the process which started us has ended, or wants us to end; then it says why. */
  pipe: Readable | null;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** Mean nothing. Unheard, the one opens Node's debugger without a key, and the other ends the process at once. */
const IGNORED = ['SIGUSR1', 'SIGUSR2'] as const;

/**
 * Resolves once with the first reason to end. Everything after that is heard and changes nothing: a terminal's Ctrl-C, a
 * supervisor and a launcher may each say it, and the second must not cut short what the first began.
 */
export class Ending {
  readonly asked: Promise<string>;
  readonly #stop: () => void;

  constructor({ signals, pipe }: EndingSources) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.asked = promise;
    const onSignal = (signal: string): void => resolve(signal);
    let said = '';
    const onData = (text: unknown): void => {
      said = `${said}${String(text)}`.slice(0, 200);
    };
    const onEnd = (): void => resolve(said.trim() === '' ? 'the launcher is gone' : `the launcher: ${said.trim()}`);
    const ignore = (): void => {};
    for (const signal of SIGNALS) signals.on(signal, onSignal);
    for (const signal of IGNORED) signals.on(signal, ignore);
    pipe?.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onEnd);
    this.#stop = () => {
      for (const signal of SIGNALS) signals.off(signal, onSignal);
      for (const signal of IGNORED) signals.off(signal, ignore);
      pipe?.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onEnd).destroy();
    };
  }

  /** Stops listening. For a start that failed; after a shutdown the process itself ends, still deaf to a second signal. */
  release(): void {
    this.#stop();
  }
}
