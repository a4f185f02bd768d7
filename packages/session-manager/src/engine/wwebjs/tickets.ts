import { randomUUID } from 'node:crypto';

/**
 * One attempt to hand a text over. `open`: the page has not given the message's id yet. `journalling`: it has, and
 * waits for our word. `journalled`: the id is on disk and the page may continue. `closed`: the page never got our word and
 * never will: nothing was handed over.
 */
export type TicketState = 'open' | 'journalling' | 'journalled' | 'closed';

export class Ticket {
  readonly key = randomUUID();
  readonly #journal: (whatsappId: string) => Promise<void>;
  #state: TicketState = 'open';
  #whatsappId: string | null = null;
  #refusal: Error | null = null;
  #wasAsked = false;

  constructor(journal: (whatsappId: string) => Promise<void>) {
    this.#journal = journal;
  }

  get state(): TicketState {
    return this.#state;
  }

  /** The id that the message has, once it is on disk; null before. */
  get whatsappId(): string | null {
    return this.#state === 'journalled' ? this.#whatsappId : null;
  }

  /** Whether the page came to the point of asking; if not, the journal knows nothing of this try. */
  get wasAsked(): boolean {
    return this.#wasAsked;
  }

  /** Why the journal refused it; null when it did not. */
  get refusal(): Error | null {
    return this.#refusal;
  }

  /** The page asks. Resolves once the id is on disk; a rejection is the page's word that nothing may be handed over. */
  async ask(whatsappId: string): Promise<void> {
    if (this.#state !== 'open') throw new Error('this message may no longer be handed over');
    this.#state = 'journalling';
    this.#wasAsked = true;
    try {
      await this.#journal(whatsappId);
    } catch (error) {
      this.#state = 'closed';
      this.#refusal = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
    this.#finish(whatsappId);
  }

  /** Ends the try. True when the page never got our word: it never will, so nothing was handed over. */
  close(): boolean {
    if (this.#state !== 'journalled') this.#state = 'closed';
    return this.#state === 'closed';
  }

  /** The id is on disk. An attempt that ended meanwhile stays ended: the page learns that. */
  #finish(whatsappId: string): void {
    if (this.#state !== 'journalling') throw new Error('this message was given up before its id was on disk');
    this.#state = 'journalled';
    this.#whatsappId = whatsappId;
  }
}

/** The tries of one run that are under way. */
export class Tickets {
  readonly #open = new Map<string, Ticket>();

  open(journal: (whatsappId: string) => Promise<void>): Ticket {
    const ticket = new Ticket(journal);
    this.#open.set(ticket.key, ticket);
    return ticket;
  }

  /** See `Ticket.close`. */
  close(ticket: Ticket): boolean {
    this.#open.delete(ticket.key);
    return ticket.close();
  }

  /** The page asks for a ticket by its key. */
  async ask(key: string, whatsappId: string): Promise<void> {
    const ticket = this.#open.get(key);
    if (ticket === undefined) throw new Error('this message was given up before the page asked for it');
    await ticket.ask(whatsappId);
  }
}
