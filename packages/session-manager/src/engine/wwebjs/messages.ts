import { withSignal } from '@leadmaster/service-kit/wait';
import type { Page } from 'puppeteer-core';
import type { Client, Message } from 'whatsapp-web.js';
import { type Handover, type MessageSender, NotSent } from '../engine.ts';
import type { MainDocuments } from './documents.ts';
import { messageIdOf } from './message-id.ts';
import { ackOf, documentAge, hasHelpers, opensNewChat } from './page/books.ts';
import { TERMS } from './page/setup.ts';
import { reasonOf } from './reason.ts';
import { Recipients } from './recipients.ts';
import type { Ticket, Tickets } from './tickets.ts';

/** How long the page's books are asked what became of a text that went into the page and was not answered. */
const BOOKS_MS = 3_000;
/** Between looks whether the page is back. */
const RETRY_MS = 250;
/** For how long a document brings modules one after the other. */
const MODULES_MS = 20_000;
/** The loader's words for a module that it does not have. */
const NO_MODULE = /unknown module/i;
/** The page's words when it can make no chat with a recipient (whatsapp-web-2026, 3.5). */
const NO_CHAT = /No (LID|PN) for user|could not find phone number for lid|invalid wid/i;

export interface Sent {
  whatsappId: string;
  ack: number;
}

/** Sends through the library. Calls may overlap: each text has a ticket of its own. */
export class WwebjsSender implements MessageSender {
  readonly #client: Client;
  readonly #page: Page;
  readonly #documents: MainDocuments;
  readonly #tickets: Tickets;
  readonly #recipients: Recipients;

  constructor(client: Client, page: Page, documents: MainDocuments, tickets: Tickets) {
    this.#client = client;
    this.#page = page;
    this.#documents = documents;
    this.#tickets = tickets;
    this.#recipients = new Recipients(page);
  }

  async sendText(handover: Handover, signal: AbortSignal): Promise<Sent> {
    for (;;) {
      const document = this.#documents.current;
      const ticket = this.#tickets.open(handover.journal);
      try {
        return await this.#try(handover, ticket, signal);
      } catch (error) {
        if (!(error instanceof NotSent) || ticket.wasAsked) throw error;
        if (await this.#isElsewhere(document, signal)) await this.#isBack(signal).catch(() => Promise.reject(error));
        else if (await this.#isStillComing(error, signal)) await this.#documents.next(RETRY_MS);
        else throw error;
      } finally {
        this.#tickets.close(ticket);
      }
    }
  }

  async ackOf(whatsappId: string, signal: AbortSignal): Promise<number | null> {
    return withSignal(this.#page.evaluate(ackOf, whatsappId), signal);
  }

  async opensNewChat(to: string, signal: AbortSignal): Promise<boolean | null> {
    const chat = await this.#recipients.chatOf(to, signal);
    try {
      return await withSignal(this.#page.evaluate(opensNewChat, chat), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }

  /** One try, on one document. */
  async #try({ to, text, journal }: Handover, ticket: Ticket, signal: AbortSignal): Promise<Sent> {
    const chat = await this.#recipients.chatOf(to, signal);
    const [answer] = await Promise.allSettled([withSignal(this.#handOver(chat, text, ticket), signal)]);
    const isUntouched = this.#tickets.close(ticket);
    const error = answer.status === 'rejected' ? answer.reason : null;
    const sent = answer.status === 'fulfilled' ? answer.value : null;
    if (isRefusal(error)) throw notSent(to, ticket.refusal ?? error);
    if (!isUntouched) return this.#outcome(ticket, sent?.ack ?? null, error);
    if (sent) return unjournalled(sent, journal);
    throw notSent(to, ticket.refusal ?? error);
  }

  /**
   * Whether a try failed because the page was reloading itself, which it does by itself now and then (whatsapp-web-2026,
   * 3.4): then the same text is handed to the next document.
   */
  async #isElsewhere(document: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#documents.isGone(document)) return true;
    try {
      return !(await withSignal(this.#page.evaluate(hasHelpers), signal));
    } catch {
      // A page that cannot be asked is on its way; one that hangs has used the time up.
      return !signal.aborted;
    }
  }

  /** Whether a try failed for want of a module that may still come: the page brings some of them after READY (whatsapp-web-2026, 3.1). */
  async #isStillComing(error: NotSent, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || !NO_MODULE.test(error.message)) return false;
    const ageMs = await withSignal(this.#page.evaluate(documentAge), signal).catch(() => Number.POSITIVE_INFINITY);
    return ageMs < MODULES_MS;
  }

  /** Waits for a document into which the library has been put. */
  async #isBack(signal: AbortSignal): Promise<void> {
    await this.#documents.next(RETRY_MS);
    await withSignal(this.#page.waitForFunction(hasHelpers, { polling: RETRY_MS, timeout: 0, signal }), signal);
  }

  /**
   * One call of the library. The quote of a message that does not exist makes it throw in a page where our wrapper is not
   * in place, before it hands anything over; the wrapper takes it off.
   */
  async #handOver(chat: string, text: string, ticket: Ticket): Promise<Message | undefined> {
    return this.#client.sendMessage(chat, text, {
      extra: { [TERMS.field]: ticket.key },
      quotedMessageId: TERMS.quote,
      ignoreQuoteErrors: false,
    });
  }

  /** The id is on disk and the page may have continued: the page's own records show the result. */
  async #outcome(ticket: Ticket, ack: number | null, error: unknown): Promise<Sent> {
    const whatsappId = ticket.whatsappId ?? '';
    if (ack !== null) return { whatsappId, ack };
    const inBooks = await this.ackOf(whatsappId, AbortSignal.timeout(BOOKS_MS)).catch(() => null);
    if (inBooks !== null) return { whatsappId, ack: inBooks };
    const why = error === null ? 'its books do not have it' : reasonOf(error);
    throw new Error(`WhatsApp did not say what became of the message: ${why}`, { cause: error });
  }
}

/** A page that sent a text without asking for its ticket: it went out, and its id is known now. */
async function unjournalled(answer: Message, journal: Handover['journal']): Promise<Sent> {
  const whatsappId = messageIdOf(answer.id);
  await journal(whatsappId);
  return { whatsappId, ack: answer.ack };
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(TERMS.refusal);
}

/** `error`: what stopped it; null when the library reported, without an error, that there is no such chat. */
function notSent(to: string, error: unknown): NotSent {
  if (error === null) return new NotSent('recipient_unknown', `WhatsApp has no chat with ${to}`);
  const why = reasonOf(error).replace(TERMS.refusal, '');
  if (NO_CHAT.test(why))
    return new NotSent('recipient_unknown', `WhatsApp has no chat with ${to}: ${why}`, { cause: error });
  return new NotSent('not_handed_over', `The message was not handed to WhatsApp: ${why}`, { cause: error });
}
