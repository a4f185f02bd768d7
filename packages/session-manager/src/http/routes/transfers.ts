import { session, transferSession } from '@leadmaster/protocol';
import { BODY_ERRORS, json, problems, SESSION_ERRORS, START_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery, sessionParams } from '../inputs.ts';
import { accepted, answerLongCall, LONG_CALL, longCallHeaders } from '../long-call.ts';

/** `…/transfer`: a session goes to another manager. */
export function transferRoutes(app: HttpApp, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/transfer',
    schema: {
      operationId: 'transferSession',
      summary: 'Move a session to another session manager',
      description:
        'Most of the profile goes ahead while the session runs; then it is stopped, what has changed since follows, and it is started ' +
        'there if it ran here. `to` is https, or plain http on loopback; `key` is a key of the other manager, used for this call alone. ' +
        'Whatever fails, one machine owns the session: asked again, what was begun is finished; with `undo` it is taken back, once the ' +
        `other manager has given it up. ${LONG_CALL}`,
      tags: ['transfers'],
      params: sessionParams,
      querystring: noQuery,
      headers: longCallHeaders,
      body: transferSession,
      response: {
        200: json('The session as it is here: MOVED, or what it was before when taken back', session),
        ...accepted,
        ...problems([
          ...SESSION_ERRORS,
          ...BODY_ERRORS,
          ...START_ERRORS,
          'session_moved',
          'origin_not_retired',
          'nothing_to_snapshot',
          'wrong_account',
          'capture_failed',
          'unprocessable',
          'transfer_open',
          'transfer_committed',
          'transfer_failed',
          'transfer_unfinished',
        ]),
      },
    },
    handler: (request, reply) =>
      answerLongCall(context, request, reply, {
        kind: 'transfer',
        session: request.params.session,
        run: (call) => context.departures.transfer(request.params.session, request.body, call),
      }),
  });
}
