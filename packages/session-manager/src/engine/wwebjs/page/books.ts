import type { PageAddress, PageChat, PageMsg, WhatsAppPage } from './whatsapp-page.ts';

/** Questions that the page answers from its own books, without asking WhatsApp's server. */

/**
 * The acknowledgement of a message by its id, the furthest of those under that id and under the id that it has in the
 * sibling chat, where it may come in (PR 201839); null when the books have neither.
 */
export async function ackOf(id: string): Promise<number | null> {
  const page = globalThis as unknown as WhatsAppPage;
  const { Msg } = page.require('WAWebCollections');
  const [fromMe, remote = '', name = '', ...rest] = id.split('_');
  const self = rest[0] === 'in' || rest[0] === 'out' ? rest.shift() : undefined;
  const key = { fromMe: fromMe === 'true', remote, id: name, ...(self ? { self } : {}), participant: rest[0] ?? null };
  const acks: number[] = [];
  for (const text of [id, ...page.leadmaster.siblingsOf(key)]) {
    const message = Msg.get(text) ?? (await Msg.getMessagesById([text]))?.messages?.[0];
    if (message) acks.push(message.ack ?? 0);
  }
  acks.sort((a, b) => a - b);
  const [lowest = null] = acks;
  const highest = acks.at(-1) ?? null;
  // A refusal counts for more than a message that still waits.
  return highest === 0 ? lowest : highest;
}

/** Whether a text to that id would open a chat that has no message yet; null when the page cannot tell. */
export function opensNewChat(to: string): boolean | null {
  const page = globalThis as unknown as WhatsAppPage;
  const wid = page.require('WAWebWidFactory').createWid(to);
  if (wid.server === 'g.us') return false;
  const { Chat, Contact } = page.require('WAWebCollections');
  const other = page.leadmaster.alternateOf(wid);
  const ids = other === null ? [wid] : [wid, other];
  const chats = ids.map((id) => Chat.get(id)).filter((chat) => chat !== undefined);
  // A text of ours that was refused has opened nothing, and one without WhatsApp's word may be refused yet.
  const counts = ({ id, ack = 0 }: PageMsg): boolean => !id.fromMe || ack > 0;
  const isWaiting = ({ ack = 0 }: PageMsg): boolean => ack === 0;
  const isKnown = (chat: PageChat): boolean => {
    const messages = chat.msgs.getModelsArray();
    return messages.length > 0 ? messages.some(counts) : Boolean(chat.lastReceivedKey) || (chat.t ?? 0) > 0;
  };
  if (chats.some(isKnown)) return false;

  const exempts: ((chat: PageChat) => unknown)[] = [
    (chat) =>
      page.require('WAWebReachoutTimelockUtils').canSendMsgWhileTimelocked?.({ chat, contact: Contact.get(chat.id) }),
    (chat) =>
      page
        .require('WAWebIndividualNewChatMessageCappingLimitUtils')
        .canSendMsgWhileCapped?.({ chat, contact: Contact.get(chat.id) }),
  ];
  const isExempt = (chat: PageChat): boolean =>
    exempts.every((exempt) => {
      try {
        return exempt(chat) === true;
      } catch {
        // A build without that rule exempts from nothing.
        return false;
      }
    });
  if (chats.some(isExempt)) return false;
  return chats.some((chat) => chat.msgs.getModelsArray().some(isWaiting)) ? null : true;
}

export interface NumberAnswer {
  /** The id of the chat, as WhatsApp gives it: a number's or a LID. */
  id: string;
  /** Whose it is; the number as WhatsApp writes it. */
  address: PageAddress;
}

/** Asks WhatsApp's server whose a number is; null when it is on no phone with WhatsApp. */
export async function numberOf(digits: string): Promise<NumberAnswer | null> {
  const page = globalThis as unknown as WhatsAppPage;
  try {
    const wid = page.require('WAWebWidFactory').createWid(`${digits}@c.us`);
    const found = await page.require('WAWebQueryExistsJob').queryWidExists(wid);
    if (!found?.wid) return null;
    return { id: String(found.wid), address: page.leadmaster.addressOf(found.wid) };
  } catch (error) {
    throw new Error(page.leadmaster.describe(error), { cause: error });
  }
}

/** Whether the library has been put into this document. */
export function hasHelpers(): boolean {
  return (globalThis as unknown as WhatsAppPage).WWebJS !== undefined;
}

/** How long this document has been there, in milliseconds. */
export function documentAge(): number {
  return performance.now();
}
