import { Unanswered } from '@leadmaster/client';
import { LeadMasterError } from '@leadmaster/protocol';
import { asCliError, CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Text } from '../words/words.ts';
import { interrupted } from './interrupt.ts';

/** What a call of the service failed with, as the end of a command; `signal`: what may have interrupted it. */
export function failureOf(error: unknown, signal: AbortSignal | undefined): unknown {
  if (!(error instanceof LeadMasterError)) return error;
  if (signal?.aborted && error.code === 'answer_lost')
    return interrupted(({ service }) => service.mayBeDone, error.hint);
  if (signal?.aborted && error.code === 'operation_lost')
    return interrupted(error.message, ({ service }) => service.whatComesOfIt);
  if (error instanceof Unanswered) return ofUnanswered(error);
  // No service has said it: there is no problem of HTTP to show.
  if (error.code === 'operation_lost') return new CliError(EXIT.failed, error.code, error.message, error.hint);
  return asCliError(error);
}

/** The end of a command whose call was not answered: nothing was done, or an order may have been done. */
export function ofUnanswered({ code, message, hint, httpStatus }: Unanswered): CliError {
  if (code === 'answer_lost') return new CliError(EXIT.failed, code, message, hint);
  const advice: Text = ({ service }) => (httpStatus === null ? service.startIt : service.setPort);
  return new CliError(EXIT.unreachable, code, message, advice);
}
