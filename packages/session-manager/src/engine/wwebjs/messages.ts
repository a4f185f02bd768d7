import { type Address, errorText } from '@leadmaster/protocol';
import type { Client, Message } from 'whatsapp-web.js';
import {
  type CatchUpFrom,
  type CatchUpPart,
  type Handover,
  type MessageSender,
  NotSent,
  type PageMessage,
} from '../engine.ts';
import { withSignal } from '../with-signal.ts';
import { type FoundMessage, findInbound } from './page-scripts.ts';

/** A message as the library reports it live. */
const NOT_KNOWN: Address = { id: null, lid: null, phone: null, name: null };

export function receivedLive(message: Message): PageMessage {
  return {
    messageId: message.id._serialized,
    whatsappId: message.id._serialized,
    ids: [message.id._serialized],
    fromMe: message.fromMe,
    ack: null,
    to: message.to,
    ...{ sender: NOT_KNOWN, recipient: NOT_KNOWN, chat: NOT_KNOWN },
    chatId: message.from,
    from: message.author ?? message.from,
    type: message.type,
    text: message.body,
    timestamp: new Date(message.timestamp * 1000).toISOString(),
    caughtUp: false,
  };
}

function receivedLate(message: FoundMessage): PageMessage {
  const { timestampS, ...rest } = message;
  return {
    ...rest,
    whatsappId: message.messageId,
    ids: [message.messageId],
    fromMe: false,
    ack: null,
    to: '',
    ...{ sender: NOT_KNOWN, recipient: NOT_KNOWN, chat: NOT_KNOWN },
    timestamp: new Date(timestampS * 1000).toISOString(),
    caughtUp: true,
  };
}

/** Messages that the library raised no event for (facts, library 10), by asking the page's own chats. */
export async function* catchUp(
  client: Client,
  { since }: CatchUpFrom,
  signal: AbortSignal,
): AsyncIterable<CatchUpPart> {
  if (client.pupPage === undefined) throw new Error('the page is not open');
  const found = await withSignal(client.pupPage.evaluate(findInbound, Math.floor(since.getTime() / 1000)), signal);
  yield { messages: found.map(receivedLate), failed: [], waiting: 0 };
}

/** Sends through the library. */
export class WwebjsSender implements MessageSender {
  readonly #client: Client;
  /** Numbers that WhatsApp was asked for during this run, with the chat each has. */
  readonly #chats = new Map<string, string>();

  constructor(client: Client) {
    this.#client = client;
  }

  async sendText({ to, text, journal }: Handover, signal: AbortSignal): Promise<{ whatsappId: string; ack: number }> {
    const chat = to.includes('@') ? to : await this.#chatOf(to.replace(/^\+/, ''), signal);
    const sent = await withSignal(this.#client.sendMessage(chat, text), signal);
    // The typings promise a message; the library resolves to undefined when WhatsApp has no such chat.
    if (!sent) throw new Error(`WhatsApp did not say what became of the message to ${chat}`);
    await journal(sent.id._serialized);
    return { whatsappId: sent.id._serialized, ack: sent.ack };
  }

  async ackOf(whatsappId: string, signal: AbortSignal): Promise<number | null> {
    // The typings promise a message; the library resolves to null when the page has none.
    const message: Message | null = await withSignal(this.#client.getMessageById(whatsappId), signal);
    return message?.ack ?? null;
  }

  async findOwn(): Promise<{ whatsappId: string; ack: number }[]> {
    return [];
  }

  async opensNewChat(): Promise<boolean | null> {
    return null;
  }

  /** WhatsApp itself says which chat a number has: some countries write the same number in two ways. */
  async #chatOf(number: string, signal: AbortSignal): Promise<string> {
    const known = this.#chats.get(number);
    if (known !== undefined) return known;
    const found = await withSignal(this.#client.getNumberId(number), signal).catch((error: unknown) => {
      throw new NotSent('not_handed_over', `WhatsApp could not be asked for ${number}: ${errorText(error)}`, {
        cause: error,
      });
    });
    if (found === null) throw new NotSent('recipient_unknown', `${number} is not on WhatsApp`);
    this.#chats.set(number, found._serialized);
    return found._serialized;
  }
}
