import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { Text } from '../words/words.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Work that Ctrl-C, `timeout` or a closed terminal ends in order: the signal aborts with the error to show. A second one
 * ends the process at once.
 */
export async function interruptible<T>(io: Pick<Io, 'signals'>, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const deafen = (): void => {
    for (const signal of SIGNALS) io.signals.off(signal, onInterrupt);
  };
  const onInterrupt = (): void => {
    deafen();
    stop.abort(interrupted(({ service }) => service.interrupted));
  };
  for (const signal of SIGNALS) io.signals.once(signal, onInterrupt);
  try {
    return await work(stop.signal);
  } finally {
    deafen();
  }
}

/** The end of a command that was interrupted. */
export function interrupted(message: Text, hint: Text = ''): CliError {
  return new CliError(EXIT.interrupted, 'interrupted', message, hint);
}
