import { operation } from '@leadmaster/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { json } from './documented.ts';
import type { RouteContext } from './http-app.ts';
import type { Work } from './operations.ts';
import { prefersAsync } from './prefer.ts';
import { logFault } from './problems.ts';

/** Read by every long call. */
export const longCallHeaders = z.looseObject({
  prefer: z.string().optional().describe('`respond-async` (RFC 7240): answer at once with 202 and an operation'),
});

/** The answer of every long call to `Prefer: respond-async`. */
export const accepted = {
  202: json('With `Prefer: respond-async`: the work goes on; follow it at `Location`', operation),
};

/** What the description of every long call says of its form. */
export const LONG_CALL =
  'Answers when finished, however long that takes; with `Prefer: respond-async` at once, with 202, `Location` and ' +
  '`Preference-Applied`, and whatever is refused later stands in the operation. Once begun it goes on even if the ' +
  'caller hangs up: find it in `GET /v1/operations`.';

/** How the result of a long call is told to a caller who waited for it. */
interface Telling<T> {
  /** 200 when left out. */
  status?: 200 | 201;
  location?: (result: T) => string;
}

/** Begins long work and answers: with what it came to, or at once where the caller prefers that. */
export async function answerLongCall<T>(
  { operations }: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { status = 200, location, ...work }: Work<T> & Telling<T>,
): Promise<FastifyReply> {
  const { operation: begun, result } = operations.begin(work);
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
  return reply.code(status).send(value);
}
