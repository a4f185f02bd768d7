import { acceptedMessage, message, sendMessage } from '@leadmaster/protocol';
import { z } from 'zod';
import { BODY_ERRORS, json, problems, SESSION_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { limit, noQuery, sessionParams } from '../inputs.ts';

const tags = ['messages'];

/** What may stand in `Idempotency-Key`. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, '1 to 255 printable ASCII characters')
  .optional()
  .describe(
    'Repeating a request with the same key sends once. What has failed and was certainly not sent (`recipient_unknown`, ' +
      '`not_handed_over`) goes again',
  );

/** The header of an answer that tells again what a key has made before. */
export const REPLAYED = { 'idempotent-replayed': 'true' } as const;

/** `/v1/sessions/{s}/messages`: send and follow what was sent. */
export function messageRoutes(app: HttpApp, { sessions }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/messages',
    schema: {
      operationId: 'sendMessage',
      summary: 'Send a text',
      description:
        'Answers once it is journalled. It is SENT when WhatsApp’s server has acknowledged it, never before. An answer that ' +
        'repeats what its `Idempotency-Key` made before has `replayed: true` and the header `Idempotent-Replayed: true`; the message that is read later does not have it.',
      tags,
      params: sessionParams,
      querystring: noQuery,
      headers: z.looseObject({ 'idempotency-key': idempotencyKey }),
      body: sendMessage,
      response: {
        202: json('The message', acceptedMessage),
        ...problems([
          ...SESSION_ERRORS,
          ...BODY_ERRORS,
          'session_not_ready',
          'account_restricted',
          'feature_unavailable',
          'session_unclaimed',
          'idempotency_conflict',
          'unprocessable',
          'engine_failed',
          'timeout',
        ]),
      },
    },
    handler: async (request, reply) => {
      const name = request.params.session;
      const made = await sessions.send(name, request.body, request.headers['idempotency-key'] ?? null);
      if (made.replayed) reply.headers(REPLAYED);
      return reply.code(202).header('location', `/v1/sessions/${name}/messages/${made.id}`).send(made);
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/messages',
    schema: {
      operationId: 'listMessages',
      summary: 'Messages that were sent, newest first',
      tags,
      params: sessionParams,
      querystring: z.strictObject({ limit: limit(100) }),
      response: {
        200: json('The messages', z.object({ items: z.array(message) })),
        ...problems([...SESSION_ERRORS, 'session_unclaimed']),
      },
    },
    handler: async (request) => ({ items: await sessions.messages(request.params.session, request.query.limit) }),
  });

  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/messages/:message',
    schema: {
      operationId: 'getMessage',
      summary: 'One message',
      tags,
      params: sessionParams.extend({ message: z.string().regex(/^[\w-]{1,128}$/, 'the id of a message') }),
      querystring: noQuery,
      response: {
        200: json('The message', message),
        ...problems([...SESSION_ERRORS, 'session_unclaimed', 'message_not_found']),
      },
    },
    handler: (request) => sessions.message(request.params.session, request.params.message),
  });
}
