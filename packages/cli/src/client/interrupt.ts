import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

/**
 * Work that Ctrl-C ends in order: the signal aborts with the error to show. A second Ctrl-C is nobody's and ends the
 * process at once.
 */
export async function interruptible<T>(io: Io, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort(interrupted('Interrupted.'));
  io.signals.once('SIGINT', onInterrupt);
  try {
    return await work(stop.signal);
  } finally {
    io.signals.off('SIGINT', onInterrupt);
  }
}

/** The end of a command that a person has interrupted. */
export function interrupted(message: string, hint = ''): CliError {
  return new CliError(EXIT.interrupted, 'interrupted', message, hint);
}
