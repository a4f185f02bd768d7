import {
  type EventType,
  errorText,
  LeadMasterError,
  type Message,
  type MessageState,
  type SendMessage,
} from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { EngineRun } from '../engine/engine.ts';
import type { StateStore } from '../state/state-store.ts';
import { SerialQueue } from './serial-queue.ts';

const SEND_DEADLINE_MS = 30_000;

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
      const sent = await current.messages.sendText(request.to, request.text, AbortSignal.timeout(SEND_DEADLINE_MS));
      this.#store.messages.update(message.id, { whatsappId: sent.whatsappId });
      this.acknowledge(
        message.session,
        sent.whatsappId,
        Math.max(sent.ack, this.#early.get(sent.whatsappId) ?? sent.ack),
      );
    } catch (error) {
      // A refusal came before WhatsApp had it; a silence says nothing either way.
      const silent =
        error instanceof Error && (error.name === 'TimeoutError' || /closed|detached|Target/i.test(error.message));
      this.#fail(message, silent ? 'UNCERTAIN' : 'FAILED', errorText(error));
    }
  }

  #fail(message: Message, state: 'FAILED' | 'UNCERTAIN', error: string): void {
    this.#store.atomically(() => {
      this.#store.messages.update(message.id, { state, error });
      this.#tell(message.session, 'message.failed', { messageId: message.id, to: message.to, state, error });
    });
  }

  /** WhatsApp acknowledged a message. One that is not ours (typed on the phone) is remembered for a while, and dropped. */
  acknowledge(session: string, whatsappId: string, ack: number): void {
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
