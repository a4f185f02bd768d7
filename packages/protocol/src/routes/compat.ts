import { z } from 'zod';
import { account } from '../accounts.ts';
import { RECIPIENT_RULE, recipient } from '../addresses.ts';
import { sessionName } from '../names.ts';
import { seenAs } from '../tenants/seen.ts';
import { idempotencyKey } from './inputs.ts';
import { json, type RouteStatement, routes } from './route.ts';

/** The words of earlier LeadMaster services for where a session is. */
export const COMPAT_STATUSES = ['INIT', 'QR_REQUIRED', 'AUTHENTICATED', 'READY', 'DISCONNECTED', 'ERROR'] as const;
export type CompatStatus = (typeof COMPAT_STATUSES)[number];

const status = z.enum(COMPAT_STATUSES);
const clientId = z.union([z.string().max(128), z.number()]).optional();

const headers = z.looseObject({
  'x-session': sessionName.optional().describe('Which session; `admin` unless told otherwise'),
  'x-cliente-id': z
    .string()
    .max(128)
    .optional()
    .describe(
      'Which client: decides the session where `LEADMASTER_COMPAT_SESSIONS` maps clients, else information only',
    ),
});

const query = z
  .looseObject({ cliente_id: z.union([z.string(), z.array(z.string())]).optional() })
  .describe('`cliente_id` is read as `X-Cliente-Id`; all else is ignored');

/** As earlier services and their newer readers name its parts: `wid` is the `id`, and `number` the `phone`. */
const compatAccount = account.extend({ wid: z.string().optional(), number: z.string().optional() });

/** What all of them share. */
const common = {
  tag: 'compatibility',
  audience: 'tenant',
  headers,
  query,
  errors: [],
} as const satisfies Partial<RouteStatement>;

const body = z.strictObject({ cliente_id: clientId }).nullish();

/** `/status`, `/qr`, `/connect`, `/send` ...: for services that speak to one session without naming it: exactly what they relied on. */
export const compatRoutes = routes({
  compatStatus: {
    ...common,
    compat: { failures: [400, 404, 503] },
    method: 'GET',
    path: '/status',
    summary: 'Where the session is',
    scope: 'read',
    answers: {
      200: json(
        'Its status',
        z.object({
          status,
          state: seenAs('word', z.string()).nullable(),
          connected: z.boolean(),
          account: compatAccount.nullable(),
        }),
      ),
    },
  },
  compatQr: {
    ...common,
    compat: { failures: [400, 404, 503] },
    method: 'GET',
    path: '/qr',
    summary: 'The QR as a data URL, or that there is none',
    scope: 'control',
    audit: { shows: ['qr'] },
    answers: {
      200: json(
        '`NO_QR`, or `QR_AVAILABLE` with `qr`',
        z.object({ status: seenAs('word', z.string()), qr: z.string().optional() }),
      ),
    },
  },
  compatQrPage: {
    ...common,
    compat: { failures: [400, 404, 503] },
    method: 'GET',
    path: '/qr.html',
    summary: 'A page that shows the QR, and loads itself again',
    scope: 'control',
    audit: { shows: [] },
    headers: headers.extend({ 'accept-language': z.string().optional().describe('Spanish, else English') }),
    answers: { 200: { description: 'The page', content: { 'text/html': { schema: z.string() } } } },
  },
  compatQrCode: {
    ...common,
    compat: { failures: [400, 503] },
    method: 'GET',
    path: '/qr-code',
    summary: 'The QR as a data URL, else 404',
    scope: 'control',
    audit: { shows: ['qrDataUrl'] },
    answers: {
      200: json('The QR', z.object({ qrDataUrl: z.string(), status })),
      404: json(
        'None is shown. Without `currentStatus`, and as all other failures: no session is mapped to the client',
        z.object({ success: z.literal(false), error: z.string(), currentStatus: status.optional() }),
      ),
    },
  },
  compatConnect: {
    ...common,
    compat: { failures: [400, 404, 409, 413, 415, 502, 503, 504] },
    method: 'POST',
    path: '/connect',
    summary: 'Make the session if needed, and start it',
    scope: 'control',
    body,
    answers: {
      200: json(
        'It starts, or runs already',
        z.object({
          success: z.boolean(),
          session: seenAs('name', z.string()),
          state: seenAs('word', z.string()),
          alreadyConnected: z.boolean(),
        }),
      ),
    },
  },
  compatDisconnect: {
    ...common,
    compat: { failures: [400, 404, 409, 413, 415, 502, 503, 504] },
    method: 'POST',
    path: '/disconnect',
    summary: 'Stop the browser; the login is kept',
    scope: 'control',
    body,
    answers: { 200: json('It is stopped', z.object({ success: z.boolean() })) },
  },
  compatSend: {
    ...common,
    compat: { failures: [400, 404, 409, 413, 415, 500, 503, 504] },
    method: 'POST',
    path: '/send',
    summary: 'Send a text and wait for WhatsApp’s acknowledgement',
    scope: 'send',
    audit: { made: { field: 'message_id', kind: 'message' }, changesHub: false },
    headers: headers.extend({ 'idempotency-key': idempotencyKey }),
    body: z.strictObject({
      cliente_id: clientId,
      to: recipient.meta({ description: RECIPIENT_RULE }),
      message: z.string().min(1).max(65_536),
    }),
    answers: {
      200: json(
        'WhatsApp’s server has it',
        z.object({ ok: z.boolean(), success: z.boolean(), message_id: z.string() }),
      ),
    },
  },
});
