import type { Key, MessageRecord, PageChat, PageMsg, WhatsAppPage } from './whatsapp-page.ts';

/** Where reading stopped: in which chat of the list, and after which of its messages. */
export interface MissedCursor {
  chat: number;
  after: { t: number; id: string } | null;
}

export interface MissedQuestion {
  /** Messages older than this (epoch seconds) are not wanted. */
  sinceS: number;
  mayLoadEarlier: boolean;
  chatIds: readonly string[];
  cursor: MissedCursor;
  /** At most so many messages at a time, and no new step once so much time is used up. */
  limit: number;
  budgetMs: number;
  /** How long one chat may take to load its earlier messages. */
  loadMs: number;
}

export interface MissedAnswer {
  messages: MessageRecord[];
  failed: { chatId: string; why: string }[];
  waiting: number;
  /** Null = every chat was read. */
  next: MissedCursor | null;
}

/**
 * Chats that may hold messages since that moment (epoch seconds). Status, newsletters and broadcasts are left out before
 * their messages are touched: reading them soon after a link made WhatsApp revoke it (whatsapp-web-2026, 6.2).
 */
export function chatsSince(sinceS: number): string[] {
  const page = globalThis as unknown as WhatsAppPage;
  const isRead = ({ id }: PageChat) => id.server === 'c.us' || id.server === 'lid' || id.server === 'g.us';
  return page
    .require('WAWebCollections')
    .Chat.getModelsArray()
    .filter((chat) => isRead(chat) && (typeof chat.t !== 'number' || chat.t >= sinceS))
    .map((chat) => String(chat.id));
}

/** Reads on from the cursor: chat by chat, each from its oldest wanted message to its newest. */
export async function readMissed(question: MissedQuestion): Promise<MissedAnswer> {
  const page = globalThis as unknown as WhatsAppPage;
  const { sinceS, chatIds, limit } = question;
  const stopAt = performance.now() + question.budgetMs;
  const answer: MissedAnswer = { messages: [], failed: [], waiting: 0, next: null };
  const textOf = (id: Key) => page.leadmaster.textOf(id) ?? id.id;

  const withDeadline = async <T>(promise: Promise<T>): Promise<T> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const overdue = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('its earlier messages did not come in time')), question.loadMs);
    });
    return Promise.race([promise, overdue]).finally(() => clearTimeout(timer));
  };

  const reachesBack = (messages: readonly PageMsg[]): boolean => messages.some(({ t }) => t < sinceS);

  /** False when the time is used up before the chat reaches back far enough. */
  const loadEarlier = async (chat: PageChat): Promise<boolean> => {
    const { loadEarlierMsgs } = page.require('WAWebChatLoadMessages');
    for (let held = -1; ; ) {
      const messages = chat.msgs.getModelsArray();
      if (reachesBack(messages) || messages.length === held) return true;
      if (performance.now() > stopAt) return false;
      held = messages.length;
      const earlier = await withDeadline(loadEarlierMsgs({ chat }));
      if (earlier === undefined || earlier.length === 0) return true;
    }
  };

  /** What is wanted of a chat, oldest first, behind the place where reading stopped. */
  const wanted = (chat: PageChat, after: MissedCursor['after']): PageMsg[] => {
    const messages = chat.msgs
      .getModelsArray()
      .filter((m) => m.t >= sinceS && m.isNotification !== true && m.type !== 'gp2');
    messages.sort((a, b) => a.t - b.t);
    if (after === null) return messages;
    const at = messages.findIndex((m) => m.t === after.t && textOf(m.id) === after.id);
    // That message is gone: its second is read again, and who hears a message twice knows it by its id.
    return at >= 0 ? messages.slice(at + 1) : messages.filter((m) => m.t >= after.t);
  };

  /** Reads one chat; null when it is done, else where to continue. */
  const readChat = async (index: number, after: MissedCursor['after']): Promise<MissedCursor | null> => {
    const chat = page.require('WAWebCollections').Chat.get(chatIds[index]);
    if (chat === undefined) return null;
    // A chat without a time was never written in, or is not known any better by what came earlier.
    const mayLoad = question.mayLoadEarlier && after === null && typeof chat.t === 'number';
    if (mayLoad && !(await loadEarlier(chat))) return { chat: index, after };
    for (const message of wanted(chat, after)) {
      if (answer.messages.length >= limit) return { chat: index, after };
      if (message.type === 'ciphertext') answer.waiting += 1;
      else answer.messages.push(page.leadmaster.recordOf(message));
      after = { t: message.t, id: textOf(message.id) };
    }
    return null;
  };

  for (let index = question.cursor.chat; index < chatIds.length; index += 1) {
    const after = index === question.cursor.chat ? question.cursor.after : null;
    if (index > question.cursor.chat && performance.now() > stopAt) return { ...answer, next: { chat: index, after } };
    try {
      const next = await readChat(index, after);
      if (next !== null) return { ...answer, next };
    } catch (error) {
      answer.failed.push({ chatId: chatIds[index] ?? '', why: page.leadmaster.describe(error) });
    }
  }
  return answer;
}
