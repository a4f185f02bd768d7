import { pairingCode, pairingRequest } from '@leadmaster/protocol';
import { BODY_ERRORS, json, problems, SESSION_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery, sessionParams } from '../inputs.ts';

/** `/v1/sessions/{s}/pairing-code`: linking without a camera. */
export function pairingCodeRoutes(app: HttpApp, { sessions }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/pairing-code',
    schema: {
      operationId: 'requestPairingCode',
      summary: 'A code to type on the phone instead of scanning',
      tags: ['linking'],
      params: sessionParams,
      querystring: noQuery,
      body: pairingRequest,
      response: {
        200: json('The code', pairingCode),
        ...problems([
          ...SESSION_ERRORS,
          ...BODY_ERRORS,
          'not_waiting_for_qr',
          'linked_elsewhere',
          'session_unclaimed',
          'login_mode_server',
          'unprocessable',
          'engine_failed',
          'timeout',
        ]),
      },
    },
    handler: (request) => sessions.pairingCode(request.params.session, request.body.phone),
  });
}
