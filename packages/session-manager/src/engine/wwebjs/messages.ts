import type { ReceivedMessage } from '@leadmaster/protocol';
import type { Client, Message } from 'whatsapp-web.js';
import type { MessageSender } from '../engine.ts';
import { type FoundMessage, findInbound } from './page-scripts.ts';
import { withSignal } from './with-signal.ts';

/** WhatsApp's id for a phone number; ids pass through. */
export function chatIdOf(to: string): string {
  return to.includes('@') ? to : `${to.replace(/^\+/, '')}@c.us`;
}

/** A message as the library reports it live. */
export function receivedLive(message: Message): ReceivedMessage {
  return {
    messageId: message.id._serialized,
    chatId: message.from,
    from: message.author ?? message.from,
    type: message.type,
    text: message.body,
    timestamp: new Date(message.timestamp * 1000).toISOString(),
    caughtUp: false,
  };
}

function receivedLate(message: FoundMessage): ReceivedMessage {
  const { timestampS, ...rest } = message;
  return { ...rest, timestamp: new Date(timestampS * 1000).toISOString(), caughtUp: true };
}

/** Messages that the library raised no event for (facts, library 10), by asking the page's own chats. */
export async function catchUp(client: Client, since: Date, signal: AbortSignal): Promise<ReceivedMessage[]> {
  if (client.pupPage === undefined) throw new Error('the page is not open');
  const found = await withSignal(client.pupPage.evaluate(findInbound, Math.floor(since.getTime() / 1000)), signal);
  return found.map(receivedLate);
}

/** Sends through the library. A number that WhatsApp does not know is an error before anything is sent. */
export class WwebjsSender implements MessageSender {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async sendText(to: string, text: string, signal: AbortSignal): Promise<{ whatsappId: string; ack: number }> {
    const sent = await withSignal(this.#client.sendMessage(chatIdOf(to), text), signal);
    // The typings promise a message; the library resolves to undefined when WhatsApp has no such chat.
    if (!sent) throw new Error(`WhatsApp has no chat for ${to}`);
    return { whatsappId: sent.id._serialized, ack: sent.ack };
  }
}
