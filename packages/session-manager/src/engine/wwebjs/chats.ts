import { type Chat, type Contact, LeadMasterError, type NumberCheck } from '@leadmaster/protocol';
import { withSignal } from '@leadmaster/service-kit/wait';
import type { Page } from 'puppeteer-core';
import { z } from 'zod';
import type { ChatReader, Listed, ListPart, PageMessage } from '../engine.ts';
import {
  chatsAnswer,
  contactsAnswer,
  cursorOf,
  listedChats,
  listedContacts,
  messagesAnswer,
  NAME_LENGTH,
  numberAnswer,
  placeOf,
  TEXT_LENGTH,
} from '../listed-page.ts';
import { numberOf } from './page/books.ts';
import { listChats, listContacts, listMessages } from './page/listing.ts';
import { reasonOf } from './reason.ts';
import { otherSpellings } from './recipients.ts';
import { pageMessage } from './seen-messages.ts';

/** Characters of all texts of one answer: 500 of the longest would be 32 MB. */
const ALL_LENGTH = 4_000_000;
/** How long earlier messages may take to come; below the deadline of the whole question. */
const LOAD_MS = 10_000;

/** Reads chats and people out of the page, in answers of bounded size. */
export class WwebjsChats implements ChatReader {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async chats({ limit, after }: ListPart, signal: AbortSignal): Promise<Listed<Chat>> {
    const question = { limit, after: placeOf(after), nameLength: NAME_LENGTH };
    return listedChats(checked(chatsAnswer, await this.#said(this.#page.evaluate(listChats, question), signal)));
  }

  async messages(
    chat: string,
    { limit, after, mayLoadEarlier }: ListPart & { mayLoadEarlier: boolean },
    signal: AbortSignal,
  ): Promise<(Listed<PageMessage> & { isWhole: boolean }) | null> {
    const bounds = { nameLength: NAME_LENGTH, textLength: TEXT_LENGTH, allLength: ALL_LENGTH, loadMs: LOAD_MS };
    // A number alone is the chat with it.
    const wanted = chat.includes('@') ? chat : `${chat}@c.us`;
    const question = { ...bounds, chat: wanted, limit, after: placeOf(after), mayLoadEarlier };
    const answer = checked(messagesAnswer, await this.#said(this.#page.evaluate(listMessages, question), signal));
    if (answer === null) return null;
    const { items, next, isWhole } = answer;
    return { items: items.map((record) => pageMessage(record, false)), cursor: cursorOf(next), isWhole };
  }

  async contacts({ limit, after }: ListPart, signal: AbortSignal): Promise<Listed<Contact>> {
    const question = { limit, after: placeOf(after), nameLength: NAME_LENGTH };
    const answer = await this.#said(this.#page.evaluate(listContacts, question), signal);
    return listedContacts(checked(contactsAnswer, answer));
  }

  async number(phone: string, signal: AbortSignal): Promise<NumberCheck> {
    const found = await this.#ask(phone, signal);
    if (found !== null) return { phone, isOnWhatsApp: true, address: found.address, otherSpelling: null };
    for (const spelling of otherSpellings(phone)) {
      const other = await this.#ask(spelling, signal);
      if (other === null) continue;
      return { phone, isOnWhatsApp: false, address: null, otherSpelling: other.address.phone ?? spelling };
    }
    return { phone, isOnWhatsApp: false, address: null, otherSpelling: null };
  }

  async #ask(digits: string, signal: AbortSignal): Promise<z.infer<typeof numberAnswer>> {
    return checked(numberAnswer, await this.#said(this.#page.evaluate(numberOf, digits), signal));
  }

  /** What the page answers, in time; an error without the page's stack and paths of this machine. */
  #said<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
    return withSignal(answer, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new Error(reasonOf(error), { cause: error });
    });
  }
}

/** @throws LeadMasterError `engine_failed` for an answer of another form. */
function checked<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new LeadMasterError(
    'engine_failed',
    `The page of WhatsApp Web says what cannot be read: ${z.prettifyError(parsed.error).slice(0, 500)}`,
    'This build of WhatsApp Web says things otherwise than those that are known. Nothing was changed.',
  );
}
