import { LeadMasterError, ROUTES, type Session } from '@leadmaster/protocol';
import {
  type ClientCall,
  callerSignal,
  type HttpApp,
  meantSession,
  PICTURE_PAGE,
  type RequestOf,
  serve,
  untilClosing,
} from '@leadmaster/service-kit/http';
import type { FastifyReply } from 'fastify';
import { toDataURL } from 'qrcode';
import { compatAccount, compatState, compatStatus, sendAnswer, sendRefusal } from './compat-words.ts';
import type { RouteContext } from './http-app.ts';
import { qrPage } from './qr-page.ts';
import { REPLAYED } from './routes/messages.ts';

/** `/status`, `/qr`, `/connect`, `/send` ...: for services that speak to one session without naming it: exactly what they relied on. */
export function compatRoutes(app: HttpApp, context: RouteContext): void {
  const { sessions, config } = context;
  const meant = (call: ClientCall): string => meantSession(call, config.compatSessions);

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
    const found = await find(meant(request));
    return {
      status: compatStatus(found),
      state: compatState(found),
      connected: found?.state === 'READY',
      account: compatAccount(found),
    };
  });

  serve(app, ROUTES.compatQr, async (request) => {
    const qr = await picture(meant(request));
    return qr === null ? { status: 'NO_QR' } : { status: 'QR_AVAILABLE', qr };
  });

  serve(app, ROUTES.compatQrCode, async (request, reply) => {
    const name = meant(request);
    const qrDataUrl = await picture(name);
    const now = compatStatus(await find(name));
    return qrDataUrl === null
      ? reply.code(404).send({ success: false, error: 'No QR is shown now.', currentStatus: now })
      : { qrDataUrl, status: now };
  });

  serve(app, ROUTES.compatQrPage, async (request, reply) => {
    const name = meant(request);
    const shown = { qr: await picture(name), status: compatStatus(await find(name)) };
    const page = qrPage(shown, request.headers['accept-language']);
    return reply.headers(PICTURE_PAGE).type('text/html; charset=utf-8').send(page);
  });

  serve(app, ROUTES.compatConnect, async (request) => {
    const name = meant(request);
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
    await sessions.stop(meant(request)).catch((error: unknown) => {
      // What is not there, or is gone meanwhile, is not connected.
      if (!(error instanceof LeadMasterError && error.code === 'session_not_found')) throw error;
    });
    return { success: true };
  });

  serve(app, ROUTES.compatSend, async (request, reply) => {
    const name = meant(request);
    try {
      return await send(context, name, request, reply);
    } catch (error) {
      const refusal = sendRefusal(error);
      if (refusal === null) throw error;
      return reply.code(refusal.status).send(refusal.body);
    }
  });
}

/** Sends once the session is READY, and answers once WhatsApp's server has acknowledged, or the time is over. */
async function send(
  { sessions, closing, timing }: RouteContext,
  name: string,
  { body, headers }: RequestOf<typeof ROUTES.compatSend>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const signal = callerSignal(reply, closing);
  await untilClosing(sessions.settled(name, timing.comingBackMs, signal), closing);
  // Nothing is sent for a caller who has given up.
  signal.throwIfAborted();
  const sent = await sessions.send(name, { to: body.to, text: body.message }, headers['idempotency-key'] ?? null);
  if (sent.replayed) reply.headers(REPLAYED);
  const waited = sessions.acknowledged(name, sent.id, timing.sendDeadlineMs, signal);
  const { status, body: answer } = sendAnswer(await untilClosing(waited, closing));
  return reply.code(status).send(answer);
}
