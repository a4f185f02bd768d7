import { ROUTES } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, requireType, serve, untilClosing } from '@leadmaster/service-kit/http';
import { toBuffer, toString as toText } from 'qrcode';
import type { RouteContext } from '../http-app.ts';

const FORMS = ['application/json', 'image/png', 'image/svg+xml', 'text/plain'] as const;

/** Linking an account: the QR in the form that `Accept` asks for, or a code for a phone without a camera. */
export function linkingRoutes(app: HttpApp, { sessions, closing }: RouteContext): void {
  serve(app, ROUTES.getQr, async (request, reply) => {
    const form = requireType(request.headers.accept, FORMS);
    const { session } = request.params;
    const waitMs = request.query.wait * 1000;
    // QR_REQUIRED is settled, too: it waits for the operator.
    if (waitMs > 0) await untilClosing(sessions.settled(session, waitMs, callerSignal(reply, closing)), closing);
    const code = await sessions.qr(session);
    reply.header('vary', 'accept').header('expires', new Date(code.expiresAt).toUTCString());
    switch (form) {
      case 'image/png':
        return reply.type(form).send(await toBuffer(code.qr, { type: 'png', width: 480, margin: 4 }));
      case 'image/svg+xml':
        return reply.type('image/svg+xml; charset=utf-8').send(await toText(code.qr, { type: 'svg', margin: 4 }));
      case 'text/plain':
        return reply.type('text/plain; charset=utf-8').send(code.qr);
      default:
        return code;
    }
  });
  serve(app, ROUTES.requestPairingCode, (request) => sessions.pairingCode(request.params.session, request.body.phone));
}
