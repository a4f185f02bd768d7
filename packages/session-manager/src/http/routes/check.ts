import { checkReport } from '@leadmaster/protocol';
import { json, problems, SESSION_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery, sessionParams } from '../inputs.ts';

/** `/v1/sessions/{s}/check`: whether its profile is whole and safe. */
export function checkRoutes(app: HttpApp, { sessions }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/check',
    schema: {
      operationId: 'checkSession',
      summary: 'Look at the profile: structure, owner, permissions, login',
      tags: ['sessions'],
      params: sessionParams,
      querystring: noQuery,
      response: { 200: json('What was found', checkReport), ...problems([...SESSION_ERRORS, 'session_unclaimed']) },
    },
    handler: (request) => sessions.check(request.params.session),
  });
}
