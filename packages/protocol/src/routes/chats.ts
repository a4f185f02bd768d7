import { z } from 'zod';
import { recipient } from '../addresses.ts';
import { chatMessagePage, chatPage, contactPage, numberCheck, pageCursor } from '../chats.ts';
import { phoneNumber } from '../phones.ts';
import { SESSION_ERRORS } from './error-groups.ts';
import { queryInteger, sessionParams } from './inputs.ts';
import { json, type RouteStatement, routes } from './route.ts';

/** A look into the page of WhatsApp Web, which needs a READY session. */
const look = {
  method: 'GET',
  tag: 'chats',
  scope: 'read',
  audience: 'tenant',
  params: sessionParams,
  errors: [
    ...SESSION_ERRORS,
    'session_unclaimed',
    'session_not_ready',
    'feature_unavailable',
    'engine_failed',
    'timeout',
  ],
} as const satisfies Partial<RouteStatement>;

const part = z.strictObject({
  limit: queryInteger(1, 500).default(50).describe('How many at most; 50 unless told otherwise'),
  after: pageCursor.optional().describe('The `cursor` of the part before'),
});

/** What a READY session's page knows: chats, their messages, contacts, and whether a number is on WhatsApp. */
export const chatRoutes = routes({
  listChats: {
    ...look,
    path: '/v1/sessions/{session}/chats',
    summary: 'Chats with persons and groups, the one with the latest message first',
    description:
      '`cursor` is the next `after`, and null when these were the last. Status, channels and broadcasts are never read.',
    query: part,
    answers: { 200: json('The chats', chatPage) },
  },
  listChatMessages: {
    ...look,
    path: '/v1/sessions/{session}/chats/{chat}/messages',
    summary: 'Messages of a chat, the latest first',
    description:
      'Text alone: of a medium its caption. Earlier ones are loaded by the page as they are asked for. Reading tells the other side nothing.',
    params: sessionParams.extend({ chat: recipient }),
    query: part,
    answers: { 200: json('The messages', chatMessagePage) },
    errors: [...look.errors, 'chat_not_found'],
  },
  listContacts: {
    ...look,
    path: '/v1/sessions/{session}/contacts',
    summary: 'People that the account knows, by their ids',
    description:
      '`cursor` is the next `after`, and null when these were the last. A person with a number and a LID is told once.',
    query: part,
    answers: { 200: json('The contacts', contactPage) },
  },
  checkNumber: {
    ...look,
    path: '/v1/sessions/{session}/numbers/{phone}',
    summary: 'Whether a phone number is on WhatsApp',
    description:
      "Asks WhatsApp's server in the account's name, and is therefore for keys that may send: WhatsApp restricts accounts that look up many numbers.",
    scope: 'send',
    params: sessionParams.extend({ phone: phoneNumber }),
    answers: { 200: json('What WhatsApp says', numberCheck) },
  },
});
