import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';

/** How a person sees what came of an order, where the command does not know better. */
export const LOOK = 'Look before you give it again: ./leadmaster sessions';

/**
 * Whether a request that `fetch` has failed never left this machine: what was asked is certainly not done. Node names the
 * system call that failed; a connection that breaks later names `read` or `write`, or none.
 */
export function neverLeft(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  // What fetch refuses before it begins: its arguments, and the ports that the web's rules forbid.
  if (cause === undefined || (cause instanceof Error && cause.message === 'bad port')) return true;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (typeof first !== 'object' || first === null) return false;
  if ('code' in first && first.code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  return 'syscall' in first && (first.syscall === 'connect' || first.syscall === 'getaddrinfo');
}

/** The end of an order whose answer is lost: whether it was carried out is not known, and neither is told. */
export function answerLost(why: string, ifLost = LOOK): CliError {
  return new CliError(EXIT.failed, 'answer_lost', `The answer is lost (${why}): the order may have been done.`, ifLost);
}

/** The end of an order that was interrupted after it had been given. */
export function orderInterrupted(ifLost = LOOK): CliError {
  const message = 'Interrupted before the answer: the order may have been done.';
  return new CliError(EXIT.interrupted, 'interrupted', message, ifLost);
}
