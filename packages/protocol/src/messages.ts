import { z } from 'zod';
import { address, RECIPIENT_RULE, recipient } from './addresses.ts';
import { MESSAGE_STATES } from './states.ts';
import { seenAs } from './tenants/seen.ts';

const time = z.iso.datetime();

export const sendMessage = z.strictObject({
  to: recipient.meta({ description: RECIPIENT_RULE }),
  text: z.string().min(1).max(65_536),
});
export type SendMessage = z.infer<typeof sendMessage>;

/** Why a message has failed, where a program can act on it. */
export const MESSAGE_CODES = [
  /** The number is not on WhatsApp, or WhatsApp knows no chat with it. */
  'recipient_unknown',
  /** The account may not open new chats now; `retryAt` says until when, where WhatsApp says it. */
  'account_restricted',
  /** WhatsApp's server refused the message and does not say why. */
  'refused_by_whatsapp',
  /** Sending was switched off before it was handed to WhatsApp. */
  'sending_off',
  /** It was never handed to WhatsApp. */
  'not_handed_over',
  /** WhatsApp's answer is missing. */
  'no_answer',
] as const;

export const message = z.object({
  id: z.string(),
  session: seenAs('name', z.string()),
  state: z.enum(MESSAGE_STATES),
  whatsappId: z.string().nullable(),
  to: z.string(),
  error: seenAs('operator', z.string().nullable()),
  code: z.enum(MESSAGE_CODES).nullable(),
  /** When a new try may succeed; null where that is not known. */
  retryAt: time.nullable(),
  at: time,
});
export type Message = z.infer<typeof message>;

/** Codes of a failure after which the message was certainly not sent: it may go again, under its idempotency key too. */
const NEVER_SENT: ReadonlySet<MessageCode | null> = new Set<MessageCode | null>([
  'recipient_unknown',
  'sending_off',
  'not_handed_over',
]);

/** Whether a message has failed and was certainly not sent. */
export function wasNeverSent({ state, code }: Pick<Message, 'state' | 'code'>): boolean {
  return state === 'FAILED' && NEVER_SENT.has(code);
}

/**
 * The answer to an order to send. `replayed`: the key was used before, and this is what it made; nothing was sent for this
 * order. It belongs to the answer: the message itself, as it is read later, does not have it.
 */
export const acceptedMessage = message.extend({ replayed: z.boolean() });
export type AcceptedMessage = z.infer<typeof acceptedMessage>;
export type MessageCode = (typeof MESSAGE_CODES)[number];

/** What a message that was not sent through LeadMaster tells of itself; the data of `message.received`. */
export const seenMessage = z.object({
  whatsappId: z.string().describe('Its id at WhatsApp; the same as `messageId`'),
  messageId: z.string().describe('Its id'),
  chatId: z.string().describe('The WhatsApp id of the chat'),
  from: z.string().describe('The WhatsApp id of the sender'),
  to: z.string().describe('The WhatsApp id of the recipient'),
  sender: address.describe('Who sent it'),
  recipient: address.describe('Whom it went to'),
  chat: address.describe('The chat'),
  type: z.string().describe('The kind of message, as WhatsApp Web calls it: `chat` is a text'),
  text: z.string().describe('The text, or the caption; empty where it has none'),
  timestamp: time.describe("When it was sent, in WhatsApp's time"),
  caughtUp: z.boolean().describe('Whether it came while the session was off and was found afterwards'),
});
export type SeenMessage = z.infer<typeof seenMessage>;

/** Who sent a message of the account: LeadMaster, another place (the phone, another device), or it cannot be told. */
export const MESSAGE_ORIGINS = ['api', 'elsewhere', 'unknown'] as const;
export type MessageOrigin = (typeof MESSAGE_ORIGINS)[number];
