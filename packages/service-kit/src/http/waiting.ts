import { LeadMasterError } from '@leadmaster/protocol';
import type { FastifyReply } from 'fastify';

/** A signal that aborts when the caller hangs up or, where told of it, the server begins to close: whoever waits can go home. */
export function callerSignal(reply: FastifyReply, closing?: AbortSignal): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  if (reply.raw.destroyed) gone.abort();
  return closing === undefined ? gone.signal : AbortSignal.any([gone.signal, closing]);
}

/** The answer to what cannot be waited for any longer because the service ends. */
export function shuttingDown(): LeadMasterError {
  return new LeadMasterError(
    'shutting_down',
    'The service is shutting down.',
    'Ask again in a few seconds, once it runs again.',
  );
}

/** Waits for a promise, but no longer than the server lives: its close must not hang on somebody's long poll. */
export async function untilClosing<T>(work: Promise<T>, closing: AbortSignal): Promise<T> {
  if (closing.aborted) throw shuttingDown();
  let onAbort = (): void => undefined;
  const closed = new Promise<never>((_, reject) => {
    onAbort = () => reject(shuttingDown());
    closing.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, closed]);
  } finally {
    closing.removeEventListener('abort', onAbort);
  }
}
