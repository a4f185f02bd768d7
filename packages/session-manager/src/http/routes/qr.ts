import { qrCode } from '@leadmaster/protocol';
import { toBuffer, toString as toText } from 'qrcode';
import { z } from 'zod';
import { problems, SESSION_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { sessionParams, waitSeconds } from '../inputs.ts';
import { requireType } from '../negotiate.ts';
import { callerSignal, untilClosing } from '../waiting.ts';

const FORMS = ['application/json', 'image/png', 'image/svg+xml', 'text/plain'] as const;

const picture = z.instanceof(Buffer).meta({ type: 'string', contentMediaType: 'image/png' });

/** `/v1/sessions/{s}/qr`, in the form that `Accept` asks for. A QR is a secret while it lasts: nobody may keep it. */
export function qrRoutes(app: HttpApp, { sessions, closing }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/qr',
    schema: {
      operationId: 'getQr',
      summary: 'The QR to scan now, as JSON, PNG, SVG or text',
      description:
        'With `?wait=` a session that is on its way is waited for: the answer comes with its QR, or once it stands where none will come.',
      tags: ['linking'],
      params: sessionParams,
      querystring: z.strictObject({ wait: waitSeconds }),
      response: {
        200: {
          description: 'The QR; `text/plain` is its raw text',
          content: {
            'application/json': { schema: qrCode },
            'image/png': { schema: picture },
            'image/svg+xml': { schema: z.string() },
            'text/plain': { schema: z.string() },
          },
        },
        ...problems([
          ...SESSION_ERRORS,
          'not_acceptable',
          'not_waiting_for_qr',
          'session_unclaimed',
          'login_mode_server',
        ]),
      },
    },
    handler: async (request, reply) => {
      const form = requireType(request.headers.accept, FORMS);
      const name = request.params.session;
      const waitMs = request.query.wait * 1000;
      // QR_REQUIRED is settled, too: it waits for a person.
      if (waitMs > 0) await untilClosing(sessions.settled(name, waitMs, callerSignal(reply, closing)), closing);
      const code = await sessions.qr(name);
      reply.header('vary', 'accept').header('expires', new Date(code.expiresAt).toUTCString());
      switch (form) {
        case 'image/png':
          return reply.type('image/png').send(await toBuffer(code.qr, { type: 'png', width: 480, margin: 4 }));
        case 'image/svg+xml':
          return reply.type('image/svg+xml; charset=utf-8').send(await toText(code.qr, { type: 'svg', margin: 4 }));
        case 'text/plain':
          return reply.type('text/plain; charset=utf-8').send(code.qr);
        default:
          return reply.type('application/json; charset=utf-8').send(code);
      }
    },
  });
}
