import type { Key, MessageRecord, PageMsg, WhatsAppPage } from './whatsapp-page.ts';

/** Makes of a message what crosses to Node: small, plain, and with the addresses that only the page knows. */
export function installRecords(): void {
  const page = globalThis as unknown as WhatsAppPage;

  /** As whatsapp-web.js has it: the `body` of a medium is a thumbnail, its text is the caption. */
  const textOf = (message: PageMsg): string =>
    (message.directPath ? message.caption : message.body || message.pollName || message.eventName) ?? '';

  const plain = (key: Key): Key => ({
    fromMe: key.fromMe === true,
    remote: String(key.remote),
    id: key.id,
    ...(key.self === undefined ? {} : { self: key.self }),
    ...(key.participant ? { participant: String(key.participant) } : {}),
  });

  const recordOf = (message: PageMsg): MessageRecord => {
    const { addressOf, siblingsOf, textOf: keyText } = page.leadmaster;
    const { id } = message;
    const fromMe = id.fromMe === true;
    const from = message.author ?? message.from ?? id.participant ?? id.remote;
    const told = fromMe ? undefined : message.notifyName;
    return {
      id: plain(id),
      key: keyText(id),
      siblings: siblingsOf(id),
      fromMe,
      chatId: String(id.remote),
      from: String(from),
      to: String(message.to ?? ''),
      sender: addressOf(from, told),
      recipient: addressOf(message.to),
      chat: addressOf(id.remote, id.participant ? undefined : told),
      type: message.type,
      text: textOf(message),
      timestampS: message.t,
      ack: fromMe ? (message.ack ?? 0) : null,
    };
  };

  Object.assign(page.leadmaster, { recordOf });
}
