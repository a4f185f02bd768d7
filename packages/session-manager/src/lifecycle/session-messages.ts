import type { AcceptedMessage, Message, SendMessage } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { StateStore } from '../state/state-store.ts';
import { refuseBroken } from './capabilities/refusals.ts';
import type { Outbox } from './outbox.ts';
import type { Roster } from './roster.ts';
import { refuseOff, refuseSend, requireOpenChat } from './sending.ts';

/** Sends messages: refused where the session cannot send now, else journalled and reported. */
export class SessionMessages {
  readonly #store: StateStore;
  readonly #log: Logger;
  readonly #roster: Roster;
  readonly #outbox: Outbox;

  constructor({ store, log, roster, outbox }: { store: StateStore; log: Logger; roster: Roster; outbox: Outbox }) {
    this.#store = store;
    this.#log = log;
    this.#roster = roster;
    this.#outbox = outbox;
  }

  async send(name: string, message: SendMessage, idempotencyKey: string | null): Promise<AcceptedMessage> {
    const supervisor = await this.#roster.get(name);
    const known = this.#outbox.repeated(name, message, idempotencyKey);
    if (known !== null) return { ...known, replayed: true };
    refuseOff(name, this.#store.bounds.of(name));
    refuseSend(name, supervisor.view);
    refuseBroken(supervisor.capabilities, 'text');
    const opensChat = await requireOpenChat(name, message.to, supervisor.standing, this.#log);
    return this.#outbox.accept(name, message, idempotencyKey, opensChat);
  }

  async get(name: string, id: string): Promise<Message> {
    await this.#roster.get(name);
    return this.#outbox.get(name, id);
  }

  async list(name: string, limit: number): Promise<Message[]> {
    await this.#roster.get(name);
    return this.#store.messages.list(name, limit);
  }

  /** Waits until WhatsApp's server has acknowledged, the message failed, or the time is over. */
  acknowledged(name: string, id: string, waitMs: number, signal: AbortSignal): Promise<Message> {
    return this.#outbox.settled(name, id, waitMs, signal);
  }
}
