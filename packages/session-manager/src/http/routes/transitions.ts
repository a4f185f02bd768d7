import { transition } from '@leadmaster/protocol';
import { z } from 'zod';
import { json, problems, SESSION_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { limit, sessionParams } from '../inputs.ts';

/** `/v1/sessions/{s}/transitions`: how it came to be in its state. */
export function transitionRoutes(app: HttpApp, { sessions }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/transitions',
    schema: {
      operationId: 'listTransitions',
      summary: 'State changes with their reasons, newest first',
      tags: ['sessions'],
      params: sessionParams,
      querystring: z.strictObject({ limit: limit(100) }),
      response: {
        200: json('The transitions', z.object({ items: z.array(transition) })),
        ...problems([...SESSION_ERRORS, 'session_unclaimed']),
      },
    },
    handler: async (request) => ({ items: await sessions.transitions(request.params.session, request.query.limit) }),
  });
}
