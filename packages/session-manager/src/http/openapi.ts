import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import {
  account,
  adoptSession,
  checkReport,
  createSession,
  event,
  eventPage,
  message,
  pairingCode,
  pairingRequest,
  qrCode,
  sendMessage,
  session,
  transition,
} from '@leadmaster/protocol';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemBody } from './documented.ts';
import type { HttpApp } from './http-app.ts';
import { tidy } from './openapi-tidy.ts';

const AT = '2026-03-01T12:00:00.000Z';
const WHATSAPP_ID = 'true_5491100000001@c.us_3EB0C767D097B7C7D2A1';

/** The named parts of the description, each with an example. */
const COMPONENTS: Record<string, { schema: z.ZodType; example: unknown }> = {
  Account: { schema: account, example: { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ventas' } },
  AdoptSession: { schema: adoptSession, example: { name: 'admin' } },
  CheckReport: {
    schema: checkReport,
    example: { valid: true, checks: [{ name: 'permissions', ok: true, detail: 'folders 0700, files 0600' }] },
  },
  CreateSession: { schema: createSession, example: { name: 'ventas', start: true, metadata: { team: 'south' } } },
  Event: {
    schema: event,
    example: {
      id: 42,
      session: 'ventas',
      type: 'session.state',
      at: AT,
      data: { from: 'AUTHENTICATED', to: 'READY', reason: 'synced' },
    },
  },
  EventPage: { schema: eventPage, example: { items: [], cursor: 42, oldest: 1 } },
  Message: {
    schema: message,
    example: {
      id: 'msg_0b9f6f0e-7a55-4c1e-9a3b-0d6f3c0f6f11',
      session: 'ventas',
      state: 'SENT',
      whatsappId: WHATSAPP_ID,
      to: '5491100000001',
      error: null,
      at: AT,
    },
  },
  PairingCode: { schema: pairingCode, example: { code: 'ABCD-1234', expiresAt: AT } },
  PairingRequest: { schema: pairingRequest, example: { phone: '5491100000001' } },
  Problem: {
    schema: problemBody,
    example: {
      type: 'urn:leadmaster:error:session_not_found',
      title: 'No such session',
      status: 404,
      code: 'session_not_found',
      detail: 'There is no session "ventas".',
      hint: 'List the sessions with GET /v1/sessions, or make it with POST /v1/sessions.',
    },
  },
  QrCode: { schema: qrCode, example: { qr: '2@Xf0...', expiresAt: AT, attempt: 1 } },
  SendMessage: { schema: sendMessage, example: { to: '5491100000001', text: 'Hola' } },
  Session: {
    schema: session,
    example: {
      name: 'ventas',
      state: 'READY',
      stateKind: 'settled',
      reason: 'synced',
      hint: '',
      since: AT,
      canSend: true,
      desired: 'running',
      attempts: 0,
      nextAttemptAt: null,
      generation: 3,
      engine: 'wwebjs',
      loginMode: 'qr',
      account: { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ventas' },
      health: { lastProbeAt: AT, lastInboundAt: AT, lastAckAt: null, lastReadyAt: AT },
      storage: { bytes: 125_829_120, criticalBytes: 33_554_432, measuredAt: AT },
      lastSnapshot: null,
      runtime: null,
      metadata: { team: 'south' },
      createdAt: AT,
    },
  },
  Transition: { schema: transition, example: { from: 'AUTHENTICATED', to: 'READY', reason: 'synced', at: AT } },
};

const registry = z.globalRegistry;

/** Gives the schemas their names, once per process: zod's registry is shared. */
function nameComponents(): void {
  for (const [id, { schema, example }] of Object.entries(COMPONENTS)) {
    const known = registry.get(schema);
    if (known?.id === undefined) registry.add(schema, { ...known, id, examples: [example] });
  }
}

/** Only what swagger-ui needs from this same server: it must work offline. Its styles are set inline. */
const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Describes the routes at /openapi.json and makes them readable at /docs. Call before the first route. */
export async function describeApi(app: HttpApp, version: string): Promise<void> {
  nameComponents();
  const toObject = createJsonSchemaTransformObject({ schemaRegistry: registry });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'LeadMaster Session Manager',
        version,
        description:
          'Keeps WhatsApp Web sessions alive. Errors are `application/problem+json`; `code` is stable and `hint` says what to do.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'sessions', description: 'Make, start, stop and remove sessions' },
        { name: 'linking', description: 'Link an account by QR or pairing code' },
        { name: 'events', description: 'What happened, by cursor' },
        { name: 'messages', description: 'Send texts' },
        { name: 'service', description: 'Health and metrics' },
        { name: 'compatibility', description: 'For the LeadMaster services that exist today; one session' },
      ],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'The admin key or the service token' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
        },
      },
      security: [{ bearer: [] }, { apiKey: [] }],
    },
    transform: createJsonSchemaTransform({ schemaRegistry: registry }),
    transformObject: (document) => tidy(toObject(document)),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    theme: { title: 'LeadMaster Session Manager' },
    uiConfig: {
      layout: 'BaseLayout',
      docExpansion: 'list',
      deepLinking: true,
      persistAuthorization: false,
      tryItOutEnabled: false,
    },
  });
}
