import { recording } from '@leadmaster/protocol';
import { json, problems, SESSION_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery, sessionParams } from '../inputs.ts';
import { callerSignal } from '../waiting.ts';

/** `/v1/sessions/{s}/recording`: what its page looks like from inside. */
export function recordingRoutes(app: HttpApp, { sessions, closing }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/recording',
    schema: {
      operationId: 'recordSession',
      summary: 'Describe the page that it runs on: modules and their shapes, builds, states, times',
      description:
        'Holds no text, number, key or name of the account. Works as soon as its browser runs, also while a QR waits.',
      tags: ['sessions'],
      params: sessionParams,
      querystring: noQuery,
      response: {
        200: json('The recording', recording),
        ...problems([...SESSION_ERRORS, 'session_unclaimed', 'session_not_ready', 'engine_failed']),
      },
    },
    handler: (request, reply) => sessions.recording(request.params.session, callerSignal(reply, closing)),
  });
}
