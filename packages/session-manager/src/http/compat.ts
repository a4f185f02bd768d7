import { account, LeadMasterError, RECIPIENT_RULE, type Session, sessionName } from '@leadmaster/protocol';
import { toDataURL } from 'qrcode';
import { z } from 'zod';
import { COMPAT_STATUSES, compatRecipient, compatStatus, sendAnswer, sendRefusal } from './compat-words.ts';
import { json, problems, type Response } from './documented.ts';
import type { HttpApp, RouteContext } from './http-app.ts';
import { noQuery } from './inputs.ts';
import { idempotencyKey, REPLAYED } from './routes/messages.ts';
import { callerSignal, untilClosing } from './waiting.ts';

const clientId = z.union([z.string().max(128), z.number()]).optional();

const headers = z.looseObject({
  'x-session': sessionName.default('admin').describe('Which session; `admin` unless told otherwise'),
  'x-cliente-id': z.string().max(128).optional().describe('Taken as information only'),
});

const failure = z.object({ code: z.string(), message: z.string(), hint: z.string().optional() });
const status = z.enum(COMPAT_STATUSES);

/** What every one of these routes shares. Their errors are `{code, message, hint}`; only 401 is problem+json. */
const common = { tags: ['compatibility'], headers, querystring: noQuery };
const config = { compat: true };

function errors(...statuses: number[]): Record<string, Response> {
  return {
    ...problems([], ['unauthorized']),
    ...Object.fromEntries([400, 503, ...statuses].map((s) => [String(s), json('`{code, message}`', failure)])),
  };
}

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

  app.route({
    method: 'GET',
    url: '/status',
    config,
    schema: {
      ...common,
      operationId: 'compatStatus',
      summary: 'Where the session is',
      response: {
        200: json(
          'Its status',
          z.object({ status, state: z.string().nullable(), connected: z.boolean(), account: account.nullable() }),
        ),
        ...errors(),
      },
    },
    handler: async (request) => {
      const found = await find(request.headers['x-session']);
      return {
        status: compatStatus(found),
        state: found?.state ?? null,
        connected: found?.state === 'READY',
        account: found?.account ?? null,
      };
    },
  });

  app.route({
    method: 'GET',
    url: '/qr',
    config,
    schema: {
      ...common,
      operationId: 'compatQr',
      summary: 'The QR as a data URL, or that there is none',
      response: {
        200: json('`NO_QR`, or `QR_AVAILABLE` with `qr`', z.object({ status: z.string(), qr: z.string().optional() })),
        ...errors(),
      },
    },
    handler: async (request) => {
      const qr = await picture(request.headers['x-session']);
      return qr === null ? { status: 'NO_QR' } : { status: 'QR_AVAILABLE', qr };
    },
  });

  app.route({
    method: 'GET',
    url: '/qr-code',
    config,
    schema: {
      ...common,
      operationId: 'compatQrCode',
      summary: 'The QR as a data URL, else 404',
      response: {
        200: json('The QR', z.object({ qrDataUrl: z.string(), status })),
        ...errors(),
        404: json('None is shown', z.object({ error: z.string(), currentStatus: status })),
      },
    },
    handler: async (request, reply) => {
      const name = request.headers['x-session'];
      const qrDataUrl = await picture(name);
      const now = compatStatus(await find(name));
      return qrDataUrl === null
        ? reply.code(404).send({ error: 'No QR is shown now.', currentStatus: now })
        : { qrDataUrl, status: now };
    },
  });

  app.route({
    method: 'POST',
    url: '/connect',
    config,
    schema: {
      ...common,
      operationId: 'compatConnect',
      summary: 'Make the session if needed, and start it',
      body: z.strictObject({ cliente_id: clientId }).nullish(),
      response: {
        200: json(
          'It starts, or runs already',
          z.object({ success: z.boolean(), session: z.string(), state: z.string(), alreadyConnected: z.boolean() }),
        ),
        ...errors(409, 413, 415, 502, 504),
      },
    },
    handler: async (request) => {
      const name = request.headers['x-session'];
      const found = await find(name);
      const { state } = found === null ? await create(name) : await sessions.start(name);
      return { success: true, session: name, state, alreadyConnected: found?.state === 'READY' };
    },
  });

  /** Makes and starts it; when somebody else has just made it, starts that one. */
  const create = async (name: string): Promise<Session> => {
    try {
      return await sessions.create({ name, start: true, metadata: {} });
    } catch (error) {
      if (error instanceof LeadMasterError && error.code === 'session_exists') return sessions.start(name);
      throw error;
    }
  };

  app.route({
    method: 'POST',
    url: '/disconnect',
    config,
    schema: {
      ...common,
      operationId: 'compatDisconnect',
      summary: 'Stop the browser; the login is kept',
      body: z.strictObject({ cliente_id: clientId }).nullish(),
      response: {
        200: json('It is stopped', z.object({ success: z.boolean() })),
        ...errors(409, 413, 415, 502, 504),
      },
    },
    handler: async (request) => {
      await sessions.stop(request.headers['x-session']).catch((error: unknown) => {
        // What is not there, or is gone meanwhile, is not connected.
        if (!(error instanceof LeadMasterError && error.code === 'session_not_found')) throw error;
      });
      return { success: true };
    },
  });

  app.route({
    method: 'POST',
    url: '/send',
    config,
    schema: {
      ...common,
      operationId: 'compatSend',
      summary: 'Send a text and wait for WhatsApp’s acknowledgement',
      headers: headers.extend({ 'idempotency-key': idempotencyKey }),
      body: z.strictObject({
        cliente_id: clientId,
        to: z.string().max(100).describe(RECIPIENT_RULE),
        message: z.string().min(1).max(65_536),
      }),
      response: {
        200: json(
          'WhatsApp’s server has it',
          z.object({ ok: z.boolean(), success: z.boolean(), message_id: z.string() }),
        ),
        ...errors(409, 413, 415, 500, 504),
      } as Record<number, Response>,
    },
    handler: async (request, reply) => {
      const name = request.headers['x-session'];
      const { closing, timing } = context;
      try {
        const input = { to: compatRecipient(request.body.to), text: request.body.message };
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
    },
  });
}
