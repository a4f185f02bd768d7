import { z } from 'zod';
import { address } from '../addresses.ts';
import { MESSAGE_CODES, MESSAGE_ORIGINS, seenMessage } from '../messages.ts';
import { MESSAGE_STATES } from '../states.ts';
import { events, OF_SESSION } from './statement.ts';

/** A message that was sent through LeadMaster, as its events tell of it. */
const ownMessage = z.object({
  messageId: z.string().describe('Its id here, as the order to send was answered'),
  whatsappId: z.string().nullable().describe('Its id at WhatsApp; null before it had one'),
  to: z.string().describe('The recipient, as ordered'),
  state: z.enum(MESSAGE_STATES).describe('Where it is from now on'),
  from: z.string().nullable().describe('The WhatsApp id of the account; null where not known'),
  chatId: z.string().nullable().describe('The WhatsApp id of the chat; null where not known'),
  sender: address.describe('The account'),
  recipient: address.describe('Whom it goes to'),
  chat: address.describe('The chat'),
});

const [ours, ...others] = MESSAGE_ORIGINS;

/** Messages in and out, and who is who. */
export const messageEvents = events({
  'message.received': {
    ...OF_SESSION,
    doc: 'A message came in; told once, also where it came while the session was off.',
    data: seenMessage,
  },
  'message.sent': {
    ...OF_SESSION,
    doc: "WhatsApp's server has acknowledged a message of the account, sent through LeadMaster or elsewhere.",
    data: z.discriminatedUnion('origin', [
      ownMessage.extend({ origin: z.literal(ours).describe('It was sent through LeadMaster') }),
      seenMessage.extend({
        origin: z.enum(others).describe('It was sent on the phone or another device; `unknown`: it cannot be told'),
      }),
    ]),
  },
  'message.ack': {
    ...OF_SESSION,
    doc: 'A message that was sent through LeadMaster was delivered, read or played.',
    data: ownMessage,
  },
  'message.failed': {
    ...OF_SESSION,
    operatorFields: ['error'],
    doc: 'A message was not sent, or what became of it is not known (`UNCERTAIN`).',
    data: ownMessage.extend({
      error: z.string().nullable().describe('What happened, in words'),
      code: z.enum(MESSAGE_CODES).nullable().describe('Why, where a program can act on it'),
      retryAt: z.iso.datetime().nullable().describe('When a new try may succeed; null where that is not known'),
    }),
  },
  'contact.mapped': {
    ...OF_SESSION,
    doc: 'A phone number and a LID are one and the same, learnt after a message was told without it.',
    data: z.object({
      lid: z.string().describe('The LID; it ends in `@lid`'),
      phone: z.string().describe('The phone number, digits only'),
      name: z.string().nullable().describe('The name, where WhatsApp says one'),
    }),
  },
});
