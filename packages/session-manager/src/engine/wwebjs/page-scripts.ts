/**
 * Functions that run inside WhatsApp's page. Each is sent there as text, so it may use nothing from outside itself
 * but its arguments and the page's globals, of which the types below name the few that are used.
 */

interface PageMessage {
  id: { _serialized: string; fromMe: boolean; remote?: { _serialized: string } };
  t: number;
  type: string;
  body?: string;
  from?: { _serialized: string };
  author?: { _serialized: string };
  isNotification?: boolean;
}

interface PageChat {
  id: { _serialized: string };
  t?: number;
  msgs: { getModelsArray(): PageMessage[] };
}

interface WhatsAppPage {
  require?: {
    (name: 'WAWebCollections'): { Chat: { getModelsArray(): PageChat[] } };
    (name: 'WAWebChatLoadMessages'): { loadEarlierMsgs(input: { chat: PageChat }): Promise<PageMessage[] | undefined> };
  };
}

export interface FoundMessage {
  messageId: string;
  chatId: string;
  from: string;
  type: string;
  text: string;
  timestampS: number;
}

/** Inbound messages no older than `sinceS` (epoch seconds), oldest first. Loads earlier ones until it has reached that moment. */
export async function findInbound(sinceS: number): Promise<FoundMessage[]> {
  const page = globalThis as unknown as WhatsAppPage;
  if (page.require === undefined) throw new Error('WhatsApp is not loaded');
  const { loadEarlierMsgs } = page.require('WAWebChatLoadMessages');
  const found = new Map<string, FoundMessage>();
  for (const chat of page.require('WAWebCollections').Chat.getModelsArray()) {
    if (chat.t !== undefined && chat.t < sinceS) continue;
    let messages = chat.msgs.getModelsArray();
    while (messages.length > 0 && Math.min(...messages.map((m) => m.t)) >= sinceS) {
      const earlier = await loadEarlierMsgs({ chat });
      if (earlier === undefined || earlier.length === 0) break;
      messages = [...earlier, ...messages];
    }
    for (const m of messages) {
      if (m.t < sinceS || m.id.fromMe || m.isNotification === true) continue;
      found.set(m.id._serialized, {
        messageId: m.id._serialized,
        chatId: chat.id._serialized,
        from: (m.author ?? m.from ?? chat.id)._serialized,
        type: m.type,
        text: m.body ?? '',
        timestampS: m.t,
      });
    }
  }
  return [...found.values()].sort((a, b) => a.timestampS - b.timestampS);
}
