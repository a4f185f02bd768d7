import { z } from 'zod';
import { acceptedMessage, message, sendMessage } from '../messages.ts';
import { SESSION_ERRORS } from './error-groups.ts';
import { idempotencyKey, limit, sessionParams } from './inputs.ts';
import { json, routes } from './route.ts';

/** `/v1/sessions/{s}/messages`: send, and follow what was sent. */
export const messageRoutes = routes({
  sendMessage: {
    method: 'POST',
    path: '/v1/sessions/{session}/messages',
    tag: 'messages',
    summary: 'Send a text',
    description:
      'Answers once it is journalled. It is SENT when WhatsApp’s server has acknowledged it, never before. An answer that ' +
      'repeats what its `Idempotency-Key` made before has `replayed: true` and the header `Idempotent-Replayed: true`; ' +
      'the message that is read later does not have it.',
    scope: 'send',
    audience: 'tenant',
    audit: { made: { field: 'id', kind: 'message' }, changesHub: false },
    params: sessionParams,
    headers: z.looseObject({ 'idempotency-key': idempotencyKey }),
    body: sendMessage,
    answers: { 202: json('The message', acceptedMessage) },
    errors: [
      ...SESSION_ERRORS,
      'sending_off',
      'session_not_ready',
      'account_restricted',
      'feature_unavailable',
      'session_unclaimed',
      'idempotency_conflict',
      'unprocessable',
      'engine_failed',
      'timeout',
    ],
  },
  listMessages: {
    method: 'GET',
    path: '/v1/sessions/{session}/messages',
    tag: 'messages',
    summary: 'Messages that were sent, newest first',
    scope: 'read',
    audience: 'tenant',
    params: sessionParams,
    query: z.strictObject({ limit: limit(100) }),
    answers: { 200: json('The messages', z.object({ items: z.array(message) })) },
    errors: [...SESSION_ERRORS, 'session_unclaimed'],
  },
  getMessage: {
    method: 'GET',
    path: '/v1/sessions/{session}/messages/{message}',
    tag: 'messages',
    summary: 'One message',
    scope: 'read',
    audience: 'tenant',
    params: sessionParams.extend({ message: z.string().regex(/^[\w-]{1,128}$/, 'the id of a message') }),
    answers: { 200: json('The message', message) },
    errors: [...SESSION_ERRORS, 'session_unclaimed', 'message_not_found'],
  },
});
