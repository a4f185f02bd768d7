import type { Page } from 'puppeteer-core';
import type { Client } from 'whatsapp-web.js';
import { setupScript } from './page/setup.ts';
import type { LiveEvent, WhatsAppPage } from './page/whatsapp-page.ts';
import { Tickets } from './tickets.ts';

/** What the library puts into the page, and the client's events that it is there for. What is not named here always crosses. */
const SERVES: Readonly<Record<string, readonly string[]>> = {
  onChangeMessageTypeEvent: ['message_revoke_everyone'],
  onChangeMessageEvent: ['contact_changed', 'message_revoke_everyone'],
  onRemoveMessageEvent: ['message_revoke_me'],
  onChatUnreadCountEvent: ['unread_count'],
  onMessageMediaUploadedEvent: ['media_uploaded'],
  onBatteryStateChangedEvent: ['change_battery'],
  onIncomingCall: ['call'],
  onReaction: ['message_reaction'],
  onRemoveChatEvent: ['chat_removed'],
  onArchiveChatEvent: ['chat_archived'],
  onEditMessageEvent: ['message_edit'],
  onAddMessageCiphertextEvent: ['message_ciphertext'],
  onCiphertextFailedEvent: ['message_ciphertext_failed'],
  onPollVoteEvent: ['vote_update'],
};

/** What we collect in the page ourselves, and the client's events that the library would make of it. */
const COLLECTED: Readonly<Record<string, readonly string[]>> = {
  onAddMessageEvent: [
    ...['message', 'message_create', 'group_join', 'group_leave', 'group_update', 'group_admin_changed'],
    'group_membership_request',
  ],
  onMessageAckEvent: ['message_ack'],
};
const LIBRARY_EVENTS = new Set(Object.values(COLLECTED).flat());

type Exposed = (...args: unknown[]) => unknown;
type Expose = Page['exposeFunction'];

/**
 * What goes between Node and WhatsApp's page for messages: our script before any of the page's, the journal of
 * handovers, and what happens to messages, in one crossing for many. Events without a listener never cross: the
 * library asks the page for a whole chat at each of them.
 */
export class PageWiring {
  readonly tickets = new Tickets();
  /** Gets everything that happens, in order. */
  onEvent: (event: Exclude<LiveEvent, { kind: 'library' }>) => void = () => undefined;
  readonly #client: Client;
  readonly #page: Page;
  /** The library's own functions of the collected names. */
  readonly #library = new Map<string, Exposed>();
  #passesModels = false;

  constructor(client: Client, page: Page) {
    this.#client = client;
    this.#page = page;
  }

  /** To be awaited before any page is loaded. */
  async install(): Promise<void> {
    const expose = this.#page.exposeFunction.bind(this.#page);
    this.#page.exposeFunction = (name, exposed) => this.#expose(expose, name, exposed);
    this.#client.on('newListener', (event: string) => {
      if (LIBRARY_EVENTS.has(event)) this.#passModels().catch(() => undefined);
    });
    await expose('leadmasterJournal', (ticket: string, key: string) => this.tickets.ask(ticket, key));
    await expose('leadmasterEvents', (events: LiveEvent[]) => this.#hear(events));
    await this.#page.evaluateOnNewDocument(setupScript());
  }

  async #expose(expose: Expose, ...[name, exposed]: Parameters<Expose>): Promise<void> {
    if (Object.hasOwn(COLLECTED, name)) {
      this.#library.set(name, exposed as Exposed);
      await this.#define(collect, name);
      if ([...LIBRARY_EVENTS].some((event) => this.#isHeard(event))) await this.#passModels();
      return;
    }
    const isIdle = SERVES[name]?.every((event) => !this.#isHeard(event)) ?? false;
    await (isIdle ? this.#define(ignore, name) : expose(name, exposed));
  }

  #isHeard(event: string): boolean {
    return this.#client.listenerCount(event) > 0;
  }

  /** From now on the library's own events are made as well: they have a listener. */
  async #passModels(): Promise<void> {
    if (this.#passesModels || this.#library.size === 0) return;
    this.#passesModels = true;
    await this.#define(passModels, '');
  }

  /** Runs in this document and in every later one. */
  async #define(script: (name: string) => void, name: string): Promise<void> {
    await this.#page.evaluateOnNewDocument(script, name);
    await this.#page.evaluate(script, name);
  }

  #hear(events: LiveEvent[]): void {
    const failures: unknown[] = [];
    for (const event of events) {
      try {
        if (event.kind === 'library') this.#library.get(event.name)?.(...(JSON.parse(event.args) as unknown[]));
        else this.onEvent(event);
      } catch (error) {
        failures.push(error);
      }
    }
    // One listener that throws keeps no event from the others.
    if (failures.length > 0) throw new AggregateError(failures, 'listeners of messages have failed');
  }
}

/** In the page: what the library calls for messages goes to our collector. */
function collect(name: string): void {
  const page = globalThis as unknown as Partial<WhatsAppPage> & Record<string, unknown>;
  if (page.leadmaster !== undefined) page[name] = page.leadmaster.collector(name);
}

/** In the page: an event without a listener stays here. */
function ignore(name: string): void {
  (globalThis as unknown as Record<string, unknown>)[name] = () => undefined;
}

/** In the page: the library's own arguments cross as well. */
function passModels(): void {
  const page = globalThis as unknown as Partial<WhatsAppPage>;
  if (page.leadmaster !== undefined) page.leadmaster.wantsModels = true;
}
