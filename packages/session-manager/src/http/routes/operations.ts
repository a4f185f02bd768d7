import { operation } from '@leadmaster/protocol';
import { z } from 'zod';
import { json, problems } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { limit, queryInteger, waitSeconds } from '../inputs.ts';
import { callerSignal } from '../waiting.ts';

const tags = ['operations'];

/** `/v1/operations`: how far long calls have come, and what they came to. */
export function operationRoutes(app: HttpApp, { operations }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/operations',
    schema: {
      operationId: 'listOperations',
      summary: 'Long calls of the last day, newest first, whether their callers wait for them or not',
      tags,
      querystring: z.strictObject({ limit: limit(100) }),
      response: { 200: json('The operations', z.object({ items: z.array(operation) })), ...problems([]) },
    },
    handler: (request) => ({ items: operations.list(request.query.limit) }),
  });

  app.route({
    method: 'GET',
    url: '/v1/operations/:operation',
    schema: {
      operationId: 'getOperation',
      summary: 'One long call: how far it has come, or its result or error',
      description:
        'With `wait` it answers once the operation has ended; with `after`, the `revision` already known, as soon as there is ' +
        'a newer one. Progress makes a new revision a few times a second at most, so that asking again at once draws a bar.',
      tags,
      params: z.strictObject({ operation: z.string().regex(/^[\w-]{1,128}$/, 'the id of an operation') }),
      querystring: z.strictObject({
        wait: waitSeconds,
        after: queryInteger(0, Number.MAX_SAFE_INTEGER).optional().describe('The revision already known'),
      }),
      response: { 200: json('The operation', operation), ...problems(['operation_not_found']) },
    },
    handler: (request, reply) => {
      const { wait, after = Number.POSITIVE_INFINITY } = request.query;
      // When the server closes, the operation ends soon: that is the news.
      return operations.newerThan(request.params.operation, after, wait * 1000, callerSignal(reply));
    },
  });
}
