import { adoptedSession, adoptSession } from '@leadmaster/protocol';
import { BODY_ERRORS, json, problems, SESSION_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery } from '../inputs.ts';
import { accepted, answerLongCall, LONG_CALL, longCallHeaders } from '../long-call.ts';

/** `/v1/sessions/adopt`: a profile that another program has kept becomes a session. */
export function adoptRoutes(app: HttpApp, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/sessions/adopt',
    schema: {
      operationId: 'adoptSession',
      summary: 'Make a session of a profile: in place, by copy or by move',
      description:
        'An UNCLAIMED profile in `tokens/` is taken as it lies. One from elsewhere (LocalAuth of whatsapp-web.js, RemoteAuth ' +
        'unzipped, WAHA, another LeadMaster) is copied or moved; nothing may run on it. A copy starts only once `originRetired` is ' +
        `said, here or with a start. Asked again after an interruption, it is finished. ${LONG_CALL}`,
      tags: ['sessions'],
      querystring: noQuery,
      headers: longCallHeaders,
      body: adoptSession,
      response: {
        201: json('The session, STOPPED, and what was found', adoptedSession),
        ...accepted,
        ...problems([
          ...SESSION_ERRORS,
          ...BODY_ERRORS,
          'session_exists',
          'wrong_state',
          'adopt_refused',
          'profile_in_use',
          'browser_missing',
          'browser_failed',
        ]),
      },
    },
    handler: (request, reply) => {
      const { name } = request.body;
      return answerLongCall(context, request, reply, {
        kind: 'adopt',
        session: name,
        run: (call) => context.adoption.adopt(request.body, call),
        status: 201,
        location: () => `/v1/sessions/${name}`,
      });
    },
  });
}
