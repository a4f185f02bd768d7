import {
  type EventType,
  errorText,
  LeadMasterError,
  type Message,
  type MessageState,
  type SendMessage,
} from '@leadmaster/protocol';
import type { Logger } from 'pino';
import { SerialQueue } from '../concurrency/serial-queue.ts';
import { type EngineRun, NotSent } from '../engine/engine.ts';
import type { StateStore } from '../state/state-store.ts';

const SEND_DEADLINE_MS = 30_000;
/** Without WhatsApp's word for this long, what became of a message is in doubt. */
const ACK_DEADLINE_MS = 2 * 60_000;
/** Doubts older than this are not looked into any more. */
const DOUBT_MS = 24 * 60 * 60_000;

/** WhatsApp's acknowledgements, as whatsapp-web.js numbers them. */
const STATE_OF_ACK: Readonly<Record<number, MessageState>> = {
  [-1]: 'FAILED',
  1: 'SENT',
  2: 'DELIVERED',
  3: 'READ',
  4: 'PLAYED',
};
/** States in which nobody has been told that the message left. */
const IS_UNTOLD: ReadonlySet<MessageState> = new Set(['QUEUED', 'SENDING', 'UNCERTAIN', 'FAILED', 'EXPIRED']);
const REFUSED = 'WhatsApp reported an error.';
/** Acknowledgements that come before the message's id is known here: enough for any burst. */
const EARLY_MAX = 1_000;

/**
 * Messages on their way out. Journalled before WhatsApp's page sees them; SENT only when WhatsApp's server has said so
 * (design, invariant 11). One at a time per session, in the order they were accepted.
 */
export class Outbox {
  readonly #store: StateStore;
  readonly #log: Logger;
  readonly #queues = new Map<string, SerialQueue>();
  readonly #early = new Map<string, number>();

  constructor(store: StateStore, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** The message that an idempotency key made before, or null. */
  repeated(session: string, request: SendMessage, idempotencyKey: string | null): Message | null {
    return idempotencyKey === null ? null : this.#store.messages.repeated({ session, ...request, idempotencyKey });
  }

  /** Accepts a message for a READY session. `run` is asked again when its turn comes. */
  accept(session: string, request: SendMessage, idempotencyKey: string | null, run: () => EngineRun | null): Message {
    const { message, fresh } = this.#store.messages.journal({ session, ...request, idempotencyKey });
    if (!fresh) return message;
    let queue = this.#queues.get(session);
    if (queue === undefined) {
      queue = new SerialQueue();
      this.#queues.set(session, queue);
    }
    queue
      .run(() => this.#send(message, request, run))
      .catch((error: unknown) => {
        this.#log.error(
          { session, message: message.id, err: error },
          'the fate of a message could not be written down',
        );
      });
    return message;
  }

  async #send(message: Message, request: SendMessage, run: () => EngineRun | null): Promise<void> {
    const current = run();
    if (current === null) {
      this.#fail(message, 'FAILED', 'The session left READY before the message was handed to WhatsApp.');
      return;
    }
    this.#store.messages.update(message.id, { state: 'SENDING' });
    try {
      const journal = async (whatsappId: string): Promise<void> => {
        this.#store.messages.update(message.id, { whatsappId });
      };
      const handover = { to: request.to, text: request.text, journal };
      const sent = await current.messages.sendText(handover, AbortSignal.timeout(SEND_DEADLINE_MS));
      this.acknowledge(
        message.session,
        [sent.whatsappId],
        Math.max(sent.ack, this.#early.get(sent.whatsappId) ?? sent.ack),
      );
    } catch (error) {
      this.#fail(message, error instanceof NotSent ? 'FAILED' : 'UNCERTAIN', errorText(error));
    }
  }

  #fail(message: Message, state: 'FAILED' | 'UNCERTAIN', error: string): void {
    this.#store.atomically(() => {
      this.#store.messages.update(message.id, { state, error });
      this.#tell(message.session, 'message.failed', { messageId: message.id, to: message.to, state, error });
    });
  }

  /** WhatsApp acknowledged a message. One that is not ours (typed on the phone) is remembered for a while, and dropped. */
  acknowledge(session: string, [whatsappId = '']: readonly string[], ack: number): void {
    const state = STATE_OF_ACK[ack];
    if (state === undefined) return;
    const before = this.#store.messages.byWhatsappId(session, whatsappId);
    if (before === null) {
      this.#rememberEarly(whatsappId, ack);
      return;
    }
    const error = state === 'FAILED' ? REFUSED : null;
    this.#store.atomically(() => {
      const after = this.#store.messages.update(before.id, { state, error });
      if (after === null || after.state === before.state) return;
      const data = { messageId: before.id, whatsappId, to: before.to, state };
      if (error !== null) this.#tell(session, 'message.failed', { ...data, error });
      else this.#tell(session, IS_UNTOLD.has(before.state) ? 'message.sent' : 'message.ack', data);
    });
  }

  #tell(session: string, type: EventType, data: Record<string, unknown>): void {
    this.#store.events.append({ session, type, data });
  }

  #rememberEarly(whatsappId: string, ack: number): void {
    this.#early.set(whatsappId, ack);
    const oldest = this.#early.keys().next().value;
    if (this.#early.size > EARLY_MAX && oldest !== undefined) this.#early.delete(oldest);
  }

  /** Asks the page how far messages have come that nobody has heard of: acknowledgements come while nobody listens, too. */
  async reconcile(session: string, run: EngineRun, signal: AbortSignal): Promise<void> {
    for (const { message } of this.#store.messages.unacknowledged(new Date(Date.now() - DOUBT_MS), session)) {
      if (message.whatsappId === null) continue;
      const ack = await run.messages.ackOf(message.whatsappId, signal);
      if (ack !== null) this.acknowledge(session, [message.whatsappId], ack);
    }
  }

  /** Says of messages that were handed over long ago that their fate is not known. A later word still settles them. */
  doubtOverdue(now = Date.now()): void {
    for (const { message, changedAt } of this.#store.messages.unacknowledged(new Date(now - DOUBT_MS))) {
      if (now - Date.parse(changedAt) >= ACK_DEADLINE_MS)
        this.#doubt(message, 'WhatsApp has not acknowledged it in time; it may still arrive.');
    }
  }

  /** The link is gone: nobody will ever hear more of what it was sending. */
  abandon(session: string): void {
    for (const { message } of this.#store.messages.unacknowledged(new Date(Date.now() - DOUBT_MS), session)) {
      this.#doubt(message, 'The account was unlinked before WhatsApp had acknowledged it.');
    }
  }

  #doubt(message: Message, error: string): void {
    if (message.state === 'SENDING') this.#fail(message, 'UNCERTAIN', error);
  }

  /** The message as it is once it is acknowledged, has failed, or the time is over. */
  async settled(session: string, id: string, waitMs: number, signal: AbortSignal): Promise<Message> {
    const done = Promise.withResolvers<void>();
    const check = () => {
      const { state } = this.get(session, id);
      if (state !== 'QUEUED' && state !== 'SENDING') done.resolve();
    };
    const unsubscribe = this.#store.events.subscribe((event) => {
      if (event.session === session && event.type.startsWith('message.')) check();
    });
    const timer = setTimeout(done.resolve, waitMs);
    signal.addEventListener('abort', () => done.resolve(), { once: true });
    try {
      check();
      await done.promise;
      return this.get(session, id);
    } finally {
      clearTimeout(timer);
      unsubscribe();
    }
  }

  /** @throws LeadMasterError `message_not_found` */
  get(session: string, id: string): Message {
    const message = this.#store.messages.get(session, id);
    if (message !== null) return message;
    throw new LeadMasterError(
      'message_not_found',
      `${session} has no message ${id}`,
      'The list of messages has the ids: GET /v1/sessions/NAME/messages.',
    );
  }
}
