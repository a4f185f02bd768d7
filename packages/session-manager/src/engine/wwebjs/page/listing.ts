import type { MessageRecord, PageAddress, PageChat, PageContact, PageMsg, WhatsAppPage, Wid } from './whatsapp-page.ts';

/** Lists of what the page holds in memory: nothing is asked of WhatsApp's server but earlier messages of a chat. */

/** Behind which entry a part begins: by its time (epoch seconds; 0 where the order has none) and id. */
export interface Place {
  t: number;
  id: string;
}

export interface PartQuestion {
  limit: number;
  after: Place | null;
  /** Names are cut to so many characters. */
  nameLength: number;
}

export interface PartAnswer<T> {
  items: T[];
  /** Null = these were the last. */
  next: Place | null;
}

export interface ChatRecord {
  id: string;
  chat: PageAddress;
  isGroup: boolean;
  unread: number | null;
  t: number | null;
  isArchived: boolean | null;
}

/** Chats with persons and groups, the latest first. */
export function listChats({ limit, after, nameLength }: PartQuestion): PartAnswer<ChatRecord> {
  const page = globalThis as unknown as WhatsAppPage;
  const isRead = ({ id }: PageChat) => id.server === 'c.us' || id.server === 'lid' || id.server === 'g.us';
  const rows = page
    .require('WAWebCollections')
    .Chat.getModelsArray()
    .filter(isRead)
    .map((chat) => ({ chat, t: typeof chat.t === 'number' ? chat.t : 0, id: String(chat.id) }))
    .sort((a, b) => b.t - a.t || (a.id < b.id ? -1 : 1));
  const isBehind = ({ t, id }: Place) => after === null || t < after.t || (t === after.t && id > after.id);
  const rest = rows.filter(isBehind);
  const part = rest.slice(0, limit);

  const recordOf = ({ chat, t, id }: (typeof rows)[number]): ChatRecord => {
    const isGroup = chat.id.server === 'g.us';
    const address = page.leadmaster.addressOf(chat.id);
    const name = (isGroup && (chat.formattedTitle || chat.name)) || address.name;
    return {
      id,
      chat: { ...address, name: name?.slice(0, nameLength) ?? null },
      isGroup,
      unread: typeof chat.unreadCount === 'number' ? chat.unreadCount : null,
      t: t > 0 ? t : null,
      isArchived: typeof chat.archive === 'boolean' ? chat.archive : null,
    };
  };
  const last = part.at(-1);
  const next = last === undefined || rest.length === part.length ? null : { t: last.t, id: last.id };
  return { items: part.map(recordOf), next };
}

export interface ContactRecord extends PageAddress {
  id: string;
  pushName: string | null;
  isInAddressBook: boolean | null;
  isBusiness: boolean | null;
}

/** People by their ids. Where the page has one under a number and under a LID, under the number alone. */
export function listContacts({ limit, after, nameLength }: PartQuestion): PartAnswer<ContactRecord> {
  const page = globalThis as unknown as WhatsAppPage;
  const { Contact } = page.require('WAWebCollections');
  const { addressOf, alternateOf } = page.leadmaster;
  const isPerson = ({ server }: Wid) => server === 'c.us' || server === 'lid';
  const isTwice = (wid: Wid): boolean => {
    const other = wid.server === 'lid' ? alternateOf(wid) : null;
    return other !== null && Contact.get(other) !== undefined;
  };
  const rest = Contact.getModelsArray()
    .filter(({ id }) => isPerson(id))
    .map((contact) => ({ contact, id: String(contact.id) }))
    .filter(({ id }) => after === null || id > after.id)
    .sort((a, b) => (a.id < b.id ? -1 : 1));

  /** The page's word on who is in the address book; null where this build has none. */
  const isSaved = (contact: PageContact): boolean | null => {
    try {
      const saved = page.require('WAWebFrontendContactGetters').getIsMyContact?.(contact);
      return typeof saved === 'boolean' ? saved : null;
    } catch {
      return null;
    }
  };
  const cut = (text: string | null | undefined): string | null => text?.slice(0, nameLength) || null;
  const items: ContactRecord[] = [];
  for (const { contact, id } of rest) {
    if (isTwice(contact.id)) continue;
    const last = items.at(-1);
    if (last !== undefined && items.length >= limit) return { items, next: { t: 0, id: last.id } };
    const address = addressOf(contact.id);
    items.push({
      ...address,
      id,
      name: cut(address.name),
      pushName: cut(contact.pushname),
      isInAddressBook: isSaved(contact),
      isBusiness: typeof contact.isBusiness === 'boolean' ? contact.isBusiness : null,
    });
  }
  return { items, next: null };
}

export interface MessagesQuestion extends PartQuestion {
  chat: string;
  mayLoadEarlier: boolean;
  /** Texts are cut to so many characters, and a part ends before it has more of them in all. */
  textLength: number;
  allLength: number;
  /** How long earlier messages may take to come. */
  loadMs: number;
}

export interface MessagesAnswer extends PartAnswer<MessageRecord> {
  /** The chat has no earlier messages than the last of these, or than those behind `next`. */
  isWhole: boolean;
}

/** Messages of a chat, the latest first; null where the page has no such chat. */
export async function listMessages(question: MessagesQuestion): Promise<MessagesAnswer | null> {
  const page = globalThis as unknown as WhatsAppPage;
  const { limit, after, nameLength, textLength } = question;
  const { Chat } = page.require('WAWebCollections');
  const wid = page.require('WAWebWidFactory').createWid(question.chat);
  const other = page.leadmaster.alternateOf(wid);
  const chat = Chat.get(wid) ?? (other === null ? undefined : Chat.get(other));
  if (chat === undefined) return null;
  const idOf = ({ id }: PageMsg): string => page.leadmaster.textOf(id) ?? id.id;

  /** What is wanted of the messages that the page holds, the latest first; of one second, the one that came last. */
  const held = (): PageMsg[] => {
    const messages = chat.msgs.getModelsArray().filter((m) => m.isNotification !== true && m.type !== 'gp2');
    messages.reverse().sort((a, b) => b.t - a.t);
    if (after === null) return messages;
    const at = messages.findIndex((m) => m.t === after.t && idOf(m) === after.id);
    // That message is gone: what is as old or older follows.
    return at >= 0 ? messages.slice(at + 1) : messages.filter((m) => m.t <= after.t);
  };

  const stopAt = performance.now() + question.loadMs;
  const inTime = async <T>(promise: Promise<T>): Promise<T> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const overdue = new Promise<never>((_resolve, reject) => {
      const fail = () => reject(new Error('the earlier messages of the chat did not come in time'));
      timer = setTimeout(fail, Math.max(0, stopAt - performance.now()));
    });
    return Promise.race([promise, overdue]).finally(() => clearTimeout(timer));
  };

  /**
   * Whether the page holds all that is wanted, one more, and the whole second of the last: what is loaded into a second later
   * would shift the others.
   */
  const isEnough = (): boolean => {
    const messages = held();
    const [lastWanted, oldest] = [messages[limit - 1], messages.at(-1)];
    return messages.length > limit && lastWanted !== undefined && oldest !== undefined && oldest.t < lastWanted.t;
  };

  /** Has the page load until that is enough. Resolves to whether it reached the beginning of the chat. */
  const loadEarlier = async (): Promise<boolean> => {
    const { loadEarlierMsgs } = page.require('WAWebChatLoadMessages');
    while (!isEnough()) {
      const before = chat.msgs.getModelsArray().length;
      const earlier = await inTime(loadEarlierMsgs({ chat })).catch((error: unknown) => {
        throw new Error(page.leadmaster.describe(error), { cause: error });
      });
      if (earlier === undefined || earlier.length === 0) return true;
      if (chat.msgs.getModelsArray().length === before) return true;
    }
    return false;
  };

  const bounded = (record: MessageRecord): MessageRecord => {
    const named = (address: PageAddress) => ({ ...address, name: address.name?.slice(0, nameLength) ?? null });
    const { sender, recipient, chat: its } = record;
    const people = { sender: named(sender), recipient: named(recipient), chat: named(its) };
    return { ...record, ...people, text: record.text.slice(0, textLength) };
  };

  const reachesStart = question.mayLoadEarlier && (await loadEarlier());
  const found = held();
  const items: MessageRecord[] = [];
  let length = 0;
  let last: PageMsg | undefined;
  for (const message of found.slice(0, limit)) {
    const record = bounded(page.leadmaster.recordOf(message));
    length += record.text.length;
    if (items.length > 0 && length > question.allLength) break;
    items.push(record);
    last = message;
  }
  const next = last === undefined || items.length === found.length ? null : { t: last.t, id: idOf(last) };
  return { items, next, isWhole: reachesStart };
}
