import type { AnyHelper, SendToChat, WhatsAppPage } from './whatsapp-page.ts';

/** What Node and the page have agreed on about a handover. */
export interface HandoverTerms {
  /** The field of a message that carries its ticket. */
  field: string;
  /** A message that does not exist: quoted by each of our texts, so that a page without our wrapper throws at once. */
  quote: string;
  /** How an error begins that proves that nothing was handed over. */
  refusal: string;
  /** How long Node may take to put an id on disk. */
  journalMs: number;
}

/**
 * Tells Node the id of a message before the page's own sender gets the message (whatsapp-web-2026, 9.3, careful form):
 * first the journal, then one call of the original with the plain message. Messages that carry no ticket pass as they
 * are, less the private fields of a model that were spread into them (2.1).
 */
export function installHandover(terms: HandoverTerms): void {
  const page = globalThis as unknown as WhatsAppPage;
  const ours = new WeakSet<object>();

  type Plain = Record<string, unknown>;
  interface SendOptions {
    extraOptions?: Plain;
    quotedMessageId?: unknown;
    ignoreQuoteErrors?: unknown;
  }

  const isPlain = (message: unknown): message is Plain =>
    typeof message === 'object' && message !== null && Object.getPrototypeOf(message) === Object.prototype;

  const refused = (why: string): Error => new Error(`${terms.refusal}${why}`);

  const journal = async (ticket: string, key: string): Promise<void> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const overdue = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('its id was not on disk in time')), terms.journalMs);
    });
    try {
      await Promise.race([page.leadmasterJournal(ticket, key), overdue]);
    } catch (error) {
      throw refused(page.leadmaster.describe(error));
    } finally {
      clearTimeout(timer);
    }
  };

  const wrap = (module: { addAndSendMsgToChat: SendToChat }, original: SendToChat): SendToChat => {
    const journalling: SendToChat = (chat, message, ...rest) => {
      if (!isPlain(message)) return original.call(module, chat, message, ...rest);
      for (const name of Object.keys(message)) if (name.startsWith('__x_')) delete message[name];
      const ticket = message[terms.field];
      if (ticket === undefined) return original.call(module, chat, message, ...rest);
      const key = page.leadmaster.textOf(message.id as never) ?? String(message.id);
      const handed = journal(String(ticket), key).then(() => {
        delete message[terms.field];
        return original.call(module, chat, message, ...rest);
      });
      const added = handed.then((promises) => promises[0]);
      const sent = handed.then((promises) => promises[1]);
      // The library does not wait for the second; the page must not report it as unhandled.
      sent.catch(() => undefined);
      return [added, sent];
    };
    // It is looked at for its shape as the original is.
    Object.defineProperty(journalling, 'length', { value: original.length, configurable: true });
    ours.add(journalling);
    return journalling;
  };

  const canJournal = (): boolean => {
    try {
      return ours.has(page.require('WAWebSendMsgChatAction').addAndSendMsgToChat);
    } catch {
      return false;
    }
  };

  const repairHandover = (): boolean => {
    if (canJournal()) return true;
    try {
      const module = page.require('WAWebSendMsgChatAction');
      module.addAndSendMsgToChat = wrap(module, module.addAndSendMsgToChat);
    } catch {
      // A module that is not there, or that cannot be changed: asked below.
    }
    return canJournal();
  };

  /** Of a chat, `addAndSendMsgToChat` is the way out; channels and status go another. */
  const isCovered = (chat: unknown): boolean => {
    const server = (chat as { id?: { server?: string } } | null)?.id?.server;
    return server !== 'newsletter' && server !== 'broadcast';
  };

  const sendMessage =
    (original: AnyHelper): AnyHelper =>
    async (chat, content, given) => {
      const options = (given ?? {}) as SendOptions;
      if (options.extraOptions?.[terms.field] === undefined) return original(chat, content, options);
      if (!isCovered(chat)) throw refused('channels and status are not sent to with a ticket');
      if (!repairHandover()) throw refused('the id of a message cannot be journalled on this page');
      if (options.quotedMessageId === terms.quote) {
        delete options.quotedMessageId;
        delete options.ignoreQuoteErrors;
      }
      return original(chat, content, options);
    };

  Object.assign(page.leadmaster, { canJournal, repairHandover });
  page.leadmaster.helpers.sendMessage = sendMessage;
}
