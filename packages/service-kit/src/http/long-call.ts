import type { OperationKind } from '@leadmaster/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Operations, Work } from './operations.ts';
import { prefersAsync } from './prefer.ts';
import { logFault } from './problems.ts';

/** Where long calls are kept. */
export interface LongCalls {
  operations: Operations;
}

/** The work of a long call, and where its result can be found. */
export interface LongWork<T> extends Omit<Work<T>, 'kind'> {
  location?: (result: T) => string;
}

/** Begins long work and answers: with what it came to, or at once where the caller prefers that. */
export async function answerLongCall<T>(
  { operations }: LongCalls,
  kind: OperationKind,
  request: FastifyRequest,
  reply: FastifyReply,
  { location, ...work }: LongWork<T>,
): Promise<T | FastifyReply> {
  const { operation: begun, result } = operations.begin({ ...work, kind });
  if (prefersAsync(request.headers.prefer?.toString())) {
    result.catch((error: unknown) => logFault(error, request, { operation: begun.id }));
    return reply
      .code(202)
      .headers({ location: `/v1/operations/${begun.id}`, 'preference-applied': 'respond-async' })
      .send(begun);
  }
  // Silence on this connection is no sign of death until the answer has gone out.
  reply.raw.setTimeout(0);
  const value = await result;
  if (location !== undefined) reply.header('location', location(value));
  return value;
}
