import { UNKNOWN_ADDRESS } from '@leadmaster/protocol';
import type { PageMessage } from '../../session-manager/src/engine/engine.ts';

/** A message as a page holds it: one that came in just now, unless a test says otherwise. */
export function pageMessage(id: string, more: Partial<PageMessage> = {}): PageMessage {
  return {
    whatsappId: id,
    messageId: id,
    ids: [id],
    chatId: '5491100000003@c.us',
    from: '5491100000003@c.us',
    to: '5491100000001@c.us',
    sender: UNKNOWN_ADDRESS,
    recipient: UNKNOWN_ADDRESS,
    chat: UNKNOWN_ADDRESS,
    type: 'chat',
    text: 'Hola',
    timestamp: new Date().toISOString(),
    caughtUp: false,
    fromMe: false,
    ack: null,
    ...more,
  };
}
