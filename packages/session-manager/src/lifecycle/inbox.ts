import type { Address, MessageOrigin } from '@leadmaster/protocol';
import type { EngineEvent, EngineRun, PageMessage } from '../engine/engine.ts';
import type { ReceivedNews } from '../state/rows.ts';
import { CatchUp } from './catch-up.ts';
import { HeldNews } from './held-news.ts';
import { mayBe } from './lost-messages.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/** What the page shows until a message could be decrypted. */
const PLACEHOLDER = 'ciphertext';

/**
 * Messages of a session that were not sent through here, each told once: live ones from the library's event, others by
 * looking. Told messages are remembered by all their WhatsApp ids, so looking twice is harmless.
 */
export class Inbox {
  readonly #deps: SupervisorDeps;
  readonly #session: string;
  readonly #onMessage: () => void;
  readonly #catchUp: CatchUp;
  readonly #held = new HeldNews();

  constructor(deps: SupervisorDeps, session: string, onMessage: () => void) {
    this.#deps = deps;
    this.#session = session;
    this.#onMessage = onMessage;
    this.#catchUp = new CatchUp(deps, session, (message) => this.#take(message));
  }

  /** A message that the page has just seen. One whose text has not come yet is looked for until it has. */
  receive(message: PageMessage): void {
    this.#held.pass(() => this.#receive(message));
  }

  /** A page begins: what it tells waits until it is known whose it is. */
  hold(): void {
    this.#held.hold();
  }

  /** The page is of the session's own account: waiting messages are told. */
  release(): void {
    this.#held.release();
  }

  #receive(message: PageMessage): void {
    if (message.type === PLACEHOLDER) {
      this.hurry();
      return;
    }
    this.#take(message)
      .then(() => this.#catchUp.saw(message))
      .catch((error: unknown) => {
        // Not written, so not told; the next look finds it again.
        this.#deps.log.error({ session: this.#session, err: error }, 'a message could not be written down');
      });
  }

  /** A phone number and a LID were learnt to be one. */
  mapped(pair: Extract<EngineEvent, { type: 'mapped' }>): void {
    this.#held.pass(() => this.#mapped(pair));
  }

  #mapped({ lid, phone, name }: Extract<EngineEvent, { type: 'mapped' }>): void {
    const { store, log } = this.#deps;
    store
      .later(() => store.contacts.meet(this.#session, { id: null, lid, phone, name }, false))
      .catch((error: unknown) => {
        log.error({ session: this.#session, err: error }, 'who a contact is could not be written down');
      });
  }

  /** An account was just linked: no message of its history up to now was missed. */
  linked(run: EngineRun | null): void {
    this.#deps.store.atomically(() => {
      this.#deps.store.sessions.nextLink(this.#session);
      this.#catchUp.begin(run?.whatsappNow() ?? new Date());
    });
  }

  /** The account was unlinked: what comes next is another link's story. */
  unlinked(): void {
    this.#deps.store.atomically(() => {
      this.#deps.store.sessions.nextLink(this.#session);
      this.#catchUp.end();
    });
  }

  /** The login lives elsewhere from now on, and is the same link there: it may come back. */
  gaveAway(): void {
    this.#catchUp.end();
  }

  /** Something may have been missed just now: looks at once. */
  hurry(): void {
    this.#catchUp.hurry();
  }

  /** Looks for missed messages from now until the run ends. */
  follow(run: EngineRun, signal: AbortSignal): void {
    this.#catchUp.follow(run, signal);
  }

  /** Writes a message down and tells it, unless it went out here or that was done before. Resolves once it is durable. */
  async #take(message: PageMessage): Promise<void> {
    const isNews = await this.#deps.store.later(() => this.#tell(message));
    if (isNews && !message.fromMe) this.#onMessage();
    const isOurs = message.fromMe && !isNews;
    if (isOurs && message.ack !== null) this.#deps.outbox.acknowledge(this.#session, message.ids, message.ack);
  }

  #tell(message: PageMessage): boolean {
    const { store } = this.#deps;
    const event = store.inbox.receive(this.#session, {
      ids: [...new Set([message.messageId, ...message.ids])],
      at: message.timestamp,
      news: () => this.#newsOf(message),
    });
    return event !== null;
  }

  #newsOf(message: PageMessage): ReceivedNews {
    const { fromMe, ids: _ids, ack: _ack, ...seen } = message;
    const meet = (address: Address): Address => this.#deps.store.contacts.meet(this.#session, address, true);
    const people = { sender: meet(seen.sender), recipient: meet(seen.recipient), chat: meet(seen.chat) };
    const data = { ...seen, ...people };
    if (!fromMe) return { type: 'message.received', data };
    return { type: 'message.sent', data: { ...data, origin: this.#originOf(message) } };
  }

  /** Not ours by its id. A row without an id might still be it. */
  #originOf(message: PageMessage): Exclude<MessageOrigin, 'api'> {
    const lost = this.#deps.store.messages.withoutId(this.#session);
    return lost.some((record) => mayBe(record, message)) ? 'unknown' : 'elsewhere';
  }
}
