import { LeadMasterError } from '@leadmaster/protocol';
import type { FastifyReply } from 'fastify';
import { anyOf } from '../wait/deadline.ts';
import { withSignal } from '../wait/with-signal.ts';

/** A signal that aborts when the caller hangs up or, if `closing` is given, the server begins to close: the wait can end. */
export function callerSignal(reply: FastifyReply, closing?: AbortSignal): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  if (reply.raw.destroyed) gone.abort();
  return anyOf(gone.signal, closing);
}

/** The answer to what cannot be waited for any longer because the service ends. */
export function shuttingDown(): LeadMasterError {
  return new LeadMasterError(
    'shutting_down',
    'The service is shutting down.',
    'Ask again in a few seconds, once it runs again.',
  );
}

/** Waits for a promise, but no longer than the server lives: `closing` aborts with `shuttingDown()`. */
export function untilClosing<T>(work: Promise<T>, closing: AbortSignal): Promise<T> {
  return withSignal(work, closing);
}
