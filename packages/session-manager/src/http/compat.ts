import { LeadMasterError, ROUTES, type Session } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve, untilClosing } from '@leadmaster/service-kit/http';
import { toDataURL } from 'qrcode';
import { compatState, compatStatus, sendAnswer, sendRefusal } from './compat-words.ts';
import type { RouteContext } from './http-app.ts';
import { REPLAYED } from './routes/messages.ts';

/** `/status`, `/qr`, `/connect`, `/send` ...: for services that speak to one session without naming it: exactly what they relied on. */
export function compatRoutes(app: HttpApp, context: RouteContext): void {
  const { sessions } = context;

  /** The session, or null when there is none; an unreadable store is an error, never "no session". */
  const find = async (name: string): Promise<Session | null> => {
    try {
      return await sessions.get(name);
    } catch (error) {
      if (error instanceof LeadMasterError && error.code === 'session_not_found') return null;
      throw error;
    }
  };

  /** The QR as a picture in a data URL, or null when none is shown. */
  const picture = async (name: string): Promise<string | null> => {
    try {
      return await toDataURL((await sessions.qr(name)).qr, { width: 480, margin: 4 });
    } catch (error) {
      const none = ['not_waiting_for_qr', 'session_not_found', 'session_unclaimed', 'login_mode_server'];
      if (error instanceof LeadMasterError && none.includes(error.code)) return null;
      throw error;
    }
  };

  serve(app, ROUTES.compatStatus, async (request) => {
    const found = await find(request.headers['x-session']);
    return {
      status: compatStatus(found),
      state: compatState(found),
      connected: found?.state === 'READY',
      account: found?.account ?? null,
    };
  });

  serve(app, ROUTES.compatQr, async (request) => {
    const qr = await picture(request.headers['x-session']);
    return qr === null ? { status: 'NO_QR' } : { status: 'QR_AVAILABLE', qr };
  });

  serve(app, ROUTES.compatQrCode, async (request, reply) => {
    const name = request.headers['x-session'];
    const qrDataUrl = await picture(name);
    const now = compatStatus(await find(name));
    return qrDataUrl === null
      ? reply.code(404).send({ error: 'No QR is shown now.', currentStatus: now })
      : { qrDataUrl, status: now };
  });

  serve(app, ROUTES.compatConnect, async (request) => {
    const name = request.headers['x-session'];
    const found = await find(name);
    const { state } = await (found === null ? create(name) : start(name));
    return { success: true, session: name, state, alreadyConnected: found?.state === 'READY' };
  });

  /** Starts it; when another caller has just deleted it, creates it. */
  const start = async (name: string): Promise<Session> => {
    try {
      return await sessions.start(name);
    } catch (error) {
      if (error instanceof LeadMasterError && error.code === 'session_not_found') return create(name);
      throw error;
    }
  };

  /** Creates and starts it; when another caller has just created it, starts that one. */
  const create = async (name: string): Promise<Session> => {
    try {
      return await sessions.create({ name, start: true, metadata: {} });
    } catch (error) {
      if (error instanceof LeadMasterError && error.code === 'session_exists') return sessions.start(name);
      throw error;
    }
  };

  serve(app, ROUTES.compatDisconnect, async (request) => {
    await sessions.stop(request.headers['x-session']).catch((error: unknown) => {
      // What is not there, or is gone meanwhile, is not connected.
      if (!(error instanceof LeadMasterError && error.code === 'session_not_found')) throw error;
    });
    return { success: true };
  });

  serve(app, ROUTES.compatSend, async (request, reply) => {
    const name = request.headers['x-session'];
    const { closing, timing } = context;
    try {
      const input = { to: request.body.to, text: request.body.message };
      const sent = await sessions.send(name, input, request.headers['idempotency-key'] ?? null);
      if (sent.replayed) reply.headers(REPLAYED);
      const signal = callerSignal(reply, closing);
      const waited = sessions.acknowledged(name, sent.id, timing.sendDeadlineMs, signal);
      const { status: code, body } = sendAnswer(await untilClosing(waited, closing));
      return await reply.code(code).send(body);
    } catch (error) {
      const refusal = sendRefusal(error);
      if (refusal === null) throw error;
      return reply.code(refusal.status).send(refusal.body);
    }
  });
}
