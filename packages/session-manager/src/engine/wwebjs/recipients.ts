import { withSignal } from '@leadmaster/service-kit/wait';
import type { Page } from 'puppeteer-core';
import { NotSent } from '../engine.ts';
import { type NumberAnswer, numberOf } from './page/books.ts';
import { reasonOf } from './reason.ts';

/** Numbers that are remembered: more than any account writes to in one run. */
const KNOWN_MAX = 20_000;
const PHONE = /^\+?([0-9]+)(@c\.us)?$/;

/** Which chat a recipient has: WhatsApp itself says it, since some countries write the same number in two ways. */
export class Recipients {
  readonly #page: Page;
  readonly #chats = new Map<string, string>();

  constructor(page: Page) {
    this.#page = page;
  }

  /** The chat's id. Rejects with `NotSent` when WhatsApp does not know the number, or could not be asked. */
  async chatOf(to: string, signal: AbortSignal): Promise<string> {
    const digits = PHONE.exec(to)?.[1];
    // A LID or a group is its own address; the page says so itself when it does not know it.
    if (digits === undefined) return to;
    const known = this.#chats.get(digits);
    if (known !== undefined) return known;
    const found = await this.#ask(digits, signal);
    if (found === null) throw new NotSent('recipient_unknown', await this.#unknown(digits, signal));
    if (this.#chats.size >= KNOWN_MAX) this.#chats.clear();
    this.#chats.set(digits, found.id);
    return found.id;
  }

  async #ask(digits: string, signal: AbortSignal): Promise<NumberAnswer | null> {
    try {
      return await withSignal(this.#page.evaluate(numberOf, digits), signal);
    } catch (error) {
      const why = reasonOf(error);
      throw new NotSent('not_handed_over', `WhatsApp could not be asked for ${digits}: ${why}`, { cause: error });
    }
  }

  /** The reason, with the spelling that WhatsApp does know. */
  async #unknown(digits: string, signal: AbortSignal): Promise<string> {
    for (const spelling of otherSpellings(digits)) {
      const found = await this.#ask(spelling, signal).catch(() => null);
      if (found !== null) return `${digits} is not on WhatsApp; ${found.address.phone ?? spelling} is`;
    }
    return `${digits} is not on WhatsApp`;
  }
}

/**
 * How else a number of that country is written: with or without the digit that marks a mobile phone (Argentina 9, Mexico
 * 1, Brazil 9 after the area code).
 */
export function otherSpellings(digits: string): string[] {
  const rules: [RegExp, string][] = [
    [/^549(\d{10})$/, '54$1'],
    [/^54([1-8]\d{9})$/, '549$1'],
    [/^521(\d{10})$/, '52$1'],
    [/^52([2-9]\d{9})$/, '521$1'],
    [/^55(\d\d)9(\d{8})$/, '55$1$2'],
    [/^55(\d\d)([1-9]\d{7})$/, '55$19$2'],
  ];
  return rules.filter(([form]) => form.test(digits)).map(([form, other]) => digits.replace(form, other));
}
