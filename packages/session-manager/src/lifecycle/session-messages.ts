import type { AcceptedMessage, Message, SendMessage } from '@leadmaster/protocol';
import { refuseBroken } from './capabilities/refusals.ts';
import { Outbox } from './outbox.ts';
import { refuseSend, requireOpenChat } from './sending.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/** Sends messages: refused where the session cannot send now, else journalled and reported. */
export class SessionMessages {
  readonly #deps: Pick<SupervisorDeps, 'store' | 'log'>;
  readonly #registry: () => SessionRegistry;
  readonly outbox: Outbox;

  constructor(deps: Pick<SupervisorDeps, 'store' | 'log'>, registry: () => SessionRegistry) {
    this.#deps = deps;
    this.#registry = registry;
    this.outbox = new Outbox({
      ...{ store: deps.store, log: deps.log },
      standing: (name) => registry().find(name)?.standing ?? null,
    });
  }

  async send(name: string, message: SendMessage, idempotencyKey: string | null): Promise<AcceptedMessage> {
    const supervisor = await this.#registry().get(name);
    const known = this.outbox.repeated(name, message, idempotencyKey);
    if (known !== null) return { ...known, replayed: true };
    refuseSend(name, supervisor.view);
    refuseBroken(supervisor.capabilities, 'text');
    const opensChat = await requireOpenChat(name, message.to, supervisor.standing, this.#deps.log);
    return this.outbox.accept(name, message, idempotencyKey, opensChat);
  }

  async get(name: string, id: string): Promise<Message> {
    await this.#registry().get(name);
    return this.outbox.get(name, id);
  }

  async list(name: string, limit: number): Promise<Message[]> {
    await this.#registry().get(name);
    return this.#deps.store.messages.list(name, limit);
  }
}
