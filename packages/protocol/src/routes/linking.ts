import { z } from 'zod';
import { pairingCode, pairingRequest, qrCode } from '../session.ts';
import { SESSION_ERRORS } from './error-groups.ts';
import { sessionParams, waitSeconds } from './inputs.ts';
import { json, routes } from './route.ts';

const picture = z.instanceof(Uint8Array).meta({ type: 'string', contentMediaType: 'image/png' });

/** Linking an account, with a camera or without. A QR and a code are secrets while they last. */
export const linkingRoutes = routes({
  getQr: {
    method: 'GET',
    path: '/v1/sessions/{session}/qr',
    tag: 'linking',
    summary: 'The QR to scan now, as JSON, PNG, SVG or text',
    description:
      'With `?wait=` a session that is on its way is waited for: the answer comes with its QR, or once it stands where none will come.',
    scope: 'control',
    audience: 'tenant',
    audit: { shows: [] },
    params: sessionParams,
    query: z.strictObject({ wait: waitSeconds }),
    answers: {
      200: {
        description: 'The QR; `text/plain` is its raw text',
        content: {
          'application/json': { schema: qrCode },
          'image/png': { schema: picture },
          'image/svg+xml': { schema: z.string() },
          'text/plain': { schema: z.string() },
        },
      },
    },
    errors: [...SESSION_ERRORS, 'not_acceptable', 'not_waiting_for_qr', 'session_unclaimed', 'login_mode_server'],
  },
  requestPairingCode: {
    method: 'POST',
    path: '/v1/sessions/{session}/pairing-code',
    tag: 'linking',
    summary: 'A code to type on the phone instead of scanning',
    scope: 'control',
    audience: 'tenant',
    params: sessionParams,
    body: pairingRequest,
    answers: { 200: json('The code', pairingCode) },
    errors: [
      ...SESSION_ERRORS,
      'not_waiting_for_qr',
      'number_refused',
      'linked_elsewhere',
      'session_unclaimed',
      'login_mode_server',
      'unprocessable',
      'engine_failed',
      'timeout',
    ],
  },
});
