import { bootId } from '@leadmaster/capture/processes';
import {
  type AcceptedMessage,
  addressOf,
  errorText,
  LeadMasterError,
  type Message,
  type SendMessage,
} from '@leadmaster/protocol';
import { Alarm, Lanes } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import { type EngineRun, NotSent } from '../engine/engine.ts';
import type { StateStore } from '../state/state-store.ts';
import { Fates } from './fates.ts';
import { type Ending, MessageNews } from './message-news.ts';
import { RefusedTexts } from './refused-texts.ts';
import type { Standing } from './standing.ts';

const SEND_DEADLINE_MS = 30_000;
/** Chats of one session that are sent to at the same time. */
const CHATS_AT_ONCE = 4;

export interface OutboxDeps {
  store: StateStore;
  log: Logger;
  /** How a session stands now; null when there is none of that name. */
  standing: (session: string) => Standing | null;
}

/**
 * Messages on their way out. Journalled before WhatsApp's page sees them, and with their id before they leave; SENT only
 * when WhatsApp's server has acknowledged it (design, invariant 11). One at a time in each chat, in the order they were accepted.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #news: MessageNews;
  readonly #fates: Fates;
  readonly #refused: RefusedTexts;
  readonly #lanes = new Map<string, Lanes>();

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#news = new MessageNews(deps.store, deps.standing);
    this.#fates = new Fates({ ...deps, news: this.#news });
    this.#refused = new RefusedTexts({ ...deps, news: this.#news });
  }

  /** The message that an idempotency key stands for; null where it made none, or one that was certainly not sent. */
  repeated(session: string, request: SendMessage, idempotencyKey: string | null): Message | null {
    const { messages } = this.#deps.store;
    return idempotencyKey === null ? null : messages.repeated({ session, ...request, idempotencyKey });
  }

  /** Accepts a message for a READY session; durable when it resolves. `opensChat`: whether it opens a new chat, where that was asked. */
  async accept(
    session: string,
    request: SendMessage,
    idempotencyKey: string | null,
    opensChat: boolean | null = null,
  ): Promise<AcceptedMessage> {
    const { store } = this.#deps;
    const { message, fresh, chat } = await store.later(() => ({
      ...store.messages.journal({ session, ...request, idempotencyKey }),
      chat: this.#chatOf(session, request.to),
    }));
    if (fresh) this.#lanesOf(session).add({ key: chat, run: () => this.#send(message, request.text, opensChat) });
    return { ...message, replayed: !fresh };
  }

  /** The same for every name of one recipient, as far as they are known to be one. */
  #chatOf(session: string, to: string): string {
    const { phone, lid } = this.#deps.store.contacts.meet(session, addressOf(to), false);
    return phone ?? lid ?? to;
  }

  #lanesOf(session: string): Lanes {
    const lanes = this.#lanes.get(session) ?? new Lanes(CHATS_AT_ONCE);
    this.#lanes.set(session, lanes);
    return lanes;
  }

  /** Fails what waits in sessions that only listen. Must be called within the change of the store that notes that. */
  refuseQueued(isOff: (session: string) => boolean): void {
    for (const { message } of this.#deps.store.messages.inFlight())
      if (message.state === 'QUEUED' && isOff(message.session)) this.#news.ended(message, SENDING_OFF);
  }

  async #send(message: Message, text: string, opensChat: boolean | null): Promise<void> {
    try {
      // Given up while it waited for its turn: the page is not asked.
      if (this.get(message.session, message.id).state !== 'QUEUED') return;
      const standing = this.#deps.standing(message.session);
      if (standing?.run && standing.generation !== null)
        await this.#handOver(message, text, { run: standing.run, generation: standing.generation, opensChat });
      else await this.#end(message, LEFT_READY);
    } catch (error) {
      const facts = { session: message.session, message: message.id, err: error };
      this.#deps.log.error(facts, 'what became of a message could not be written down');
    }
  }

  async #handOver(
    message: Message,
    text: string,
    { run, ...how }: { run: EngineRun; generation: number; opensChat: boolean | null },
  ): Promise<void> {
    const { store } = this.#deps;
    const journal = async (whatsappId: string): Promise<void> => {
      await store.later(() => store.messages.handOver(message.id, { ...how, whatsappId, bootId: bootId() }));
    };
    this.#fates.handing(message.id, run);
    try {
      const handover = { to: message.to, text, journal };
      const { whatsappId, ack } = await run.messages.sendText(handover, AbortSignal.timeout(SEND_DEADLINE_MS));
      this.#fates.taken(message.id);
      await this.#acknowledge(message.session, [whatsappId], ack);
    } catch (error) {
      await this.#conclude(message, error);
    }
  }

  /** The page did not say that it has it. Without an id on disk it never got it, and will not: its journal is closed now. */
  #conclude(message: Message, error: unknown): Promise<void> {
    return this.#deps.store.later(() => {
      const now = this.#deps.store.messages.get(message.session, message.id) ?? message;
      // Sending was switched off while the page was asked, which was then refused the id: that is why it was not sent.
      if (now.code === 'sending_off') return;
      if (error instanceof NotSent) this.#news.ended(now, failed(error.code, error.message));
      else if (now.state === 'QUEUED') this.#news.ended(now, failed('not_handed_over', errorText(error)));
      else this.#news.ended(now, { state: 'UNCERTAIN', code: 'no_answer', error: errorText(error) });
    });
  }

  /** Ends what still waits. */
  #end({ session, id }: Message, ending: Ending): Promise<void> {
    const { messages } = this.#deps.store;
    return this.#deps.store.later(() => {
      const now = messages.get(session, id);
      if (now?.state === 'QUEUED') this.#news.ended(now, ending);
    });
  }

  /** WhatsApp acknowledged a message, known by any of its ids. One that is not ours changes nothing. */
  acknowledge(session: string, ids: readonly string[], ack: number): void {
    this.#acknowledge(session, ids, ack).catch((error: unknown) => {
      // The next look asks the page for it.
      this.#deps.log.error({ session, err: error }, 'an acknowledgement could not be written down');
    });
  }

  async #acknowledge(session: string, ids: readonly string[], ack: number): Promise<void> {
    const { store } = this.#deps;
    await store.later(() => {
      const record = store.messages.byWhatsappId(session, ids);
      if (record === null) return;
      this.#news.acknowledged(record, ack);
      if (ack !== 0) this.#fates.heard(record.message.id);
    });
    if (ack < 0) this.#refused.look(session);
  }

  /** The limits of an account may explain what WhatsApp has just refused: texts that would have opened a new chat. */
  restricted(session: string): void {
    this.#refused.look(session);
  }

  /** After a crash: what waited was never handed over; what had its id is in doubt until the page is asked. */
  settleInterrupted(): void {
    this.#fates.settleInterrupted();
  }

  /** Finds out by the page's books how far messages have come. `isFirst`: of this run, old ones too. */
  reconcile(session: string, run: EngineRun, signal: AbortSignal, isFirst: boolean): Promise<void> {
    return this.#fates.reconcile(session, run, signal, isFirst);
  }

  /** Looks in the chats for messages that an older version handed over without writing down their id. */
  search(session: string, run: EngineRun, mayLoadEarlier: boolean, signal: AbortSignal): Promise<void> {
    return this.#fates.search(session, run, mayLoadEarlier, signal);
  }

  /** Says of messages that were handed over long ago that their fate is not known. A later word still settles them. */
  doubtOverdue(now = Date.now()): void {
    this.#fates.doubtOverdue(now);
  }

  /** The link is gone: no acknowledgement will come for what it was sending. */
  abandon(session: string): void {
    this.#fates.abandon(session);
  }

  /** The message as it is once it is acknowledged, has failed, or the time is over. */
  async settled(session: string, id: string, waitMs: number, signal: AbortSignal): Promise<Message> {
    const alarm = new Alarm();
    const isOpen = () => ['QUEUED', 'SENDING', 'UNCERTAIN'].includes(this.get(session, id).state);
    const unsubscribe = this.#deps.store.events.subscribe((event) => {
      const isOfIt = 'messageId' in event.data && event.data.messageId === id && event.session === session;
      if (isOfIt && !isOpen()) alarm.ring();
    });
    try {
      if (isOpen()) await alarm.sleep(waitMs, signal);
      return this.get(session, id);
    } finally {
      unsubscribe();
    }
  }

  /** @throws LeadMasterError `message_not_found` */
  get(session: string, id: string): Message {
    const message = this.#deps.store.messages.get(session, id);
    if (message !== null) return message;
    throw new LeadMasterError(
      'message_not_found',
      `${session} has no message ${id}`,
      'The list of messages has the ids: GET /v1/sessions/NAME/messages.',
    );
  }
}

const SENDING_OFF = failed('sending_off', 'Sending was switched off before the message was handed to WhatsApp.');
const LEFT_READY = failed('not_handed_over', 'The session left READY before the message was handed to WhatsApp.');

function failed(code: NonNullable<Message['code']>, error: string): Ending {
  return { state: 'FAILED', code, error };
}
