import { errorText } from '@leadmaster/protocol';
import type { Page } from 'puppeteer-core';
import type { Client, Message } from 'whatsapp-web.js';
import { type Handover, type MessageSender, NotSent } from '../engine.ts';
import { withSignal } from '../with-signal.ts';
import { messageIdOf } from './message-id.ts';
import { ackOf, findOwn, opensNewChat } from './page/books.ts';
import { TERMS } from './page/setup.ts';
import { Recipients } from './recipients.ts';
import type { Ticket, Tickets } from './tickets.ts';

/** How long the page's books are asked what became of a text that went into the page and was not answered. */
const BOOKS_MS = 3_000;
/** How far back a chat is loaded for rows that have no id: about 500 messages. */
const LOADS = 10;
const LOAD_MS = 5_000;
/** The page's words for somebody with whom it cannot make a chat (whatsapp-web-2026, 3.5). */
const NO_CHAT = /No (LID|PN) for user|could not find phone number for lid|invalid wid/i;

export interface Sent {
  whatsappId: string;
  ack: number;
}

/** Sends through the library. Calls may overlap: each text has a ticket of its own. */
export class WwebjsSender implements MessageSender {
  readonly #client: Client;
  readonly #page: Page;
  readonly #tickets: Tickets;
  readonly #recipients: Recipients;

  constructor(client: Client, page: Page, tickets: Tickets) {
    this.#client = client;
    this.#page = page;
    this.#tickets = tickets;
    this.#recipients = new Recipients(page);
  }

  async sendText({ to, text, journal }: Handover, signal: AbortSignal): Promise<Sent> {
    const chat = await this.#recipients.chatOf(to, signal);
    const ticket = this.#tickets.open(journal);
    try {
      const answer = await withSignal(this.#handOver(chat, text, ticket), signal);
      const isClosed = this.#tickets.close(ticket);
      if (isClosed && answer) return await unjournalled(answer, journal);
      if (isClosed) throw new NotSent('recipient_unknown', `WhatsApp has no chat with ${to}`);
      return await this.#outcome(ticket, answer?.ack ?? null, null);
    } catch (error) {
      if (error instanceof NotSent) throw error;
      if (this.#tickets.close(ticket) || isRefusal(error)) throw notSent(to, ticket.refusal ?? error);
      return this.#outcome(ticket, null, error);
    }
  }

  async ackOf(whatsappId: string, signal: AbortSignal): Promise<number | null> {
    return withSignal(this.#page.evaluate(ackOf, whatsappId), signal);
  }

  async findOwn(wanted: { to: string; text: string; from: Date; until: Date }, signal: AbortSignal): Promise<Sent[]> {
    const to = await this.#recipients.chatOf(wanted.to, signal);
    const question = {
      to,
      text: wanted.text,
      fromS: Math.floor(wanted.from.getTime() / 1000),
      untilS: Math.ceil(wanted.until.getTime() / 1000),
      loads: LOADS,
      loadMs: LOAD_MS,
    };
    const found = await withSignal(this.#page.evaluate(findOwn, question), signal);
    return found.map(({ key, ack }) => ({ whatsappId: key, ack }));
  }

  async opensNewChat(to: string, signal: AbortSignal): Promise<boolean | null> {
    const chat = await this.#recipients.chatOf(to, signal);
    return withSignal(this.#page.evaluate(opensNewChat, chat), signal);
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

  /** The id is on disk and the page may have gone on: what became of it is what its books say. */
  async #outcome(ticket: Ticket, ack: number | null, error: unknown): Promise<Sent> {
    const whatsappId = ticket.whatsappId ?? '';
    if (ack !== null) return { whatsappId, ack };
    const inBooks = await this.ackOf(whatsappId, AbortSignal.timeout(BOOKS_MS)).catch(() => null);
    if (inBooks !== null) return { whatsappId, ack: inBooks };
    const why = error === null ? 'its books do not have it' : errorText(error);
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
  return errorText(error).includes(TERMS.refusal);
}

function notSent(to: string, error: unknown): NotSent {
  const why = errorText(error).replace(TERMS.refusal, '');
  if (NO_CHAT.test(why))
    return new NotSent('recipient_unknown', `WhatsApp has no chat with ${to}: ${why}`, { cause: error });
  return new NotSent('not_handed_over', `The message was not handed to WhatsApp: ${why}`, { cause: error });
}
