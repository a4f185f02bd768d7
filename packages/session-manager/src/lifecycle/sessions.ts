import type {
  AcceptedMessage,
  Capabilities,
  CheckReport,
  EventPage,
  Feature,
  LeadMasterEvent,
  Message,
  PairingCode,
  QrCode,
  Recording,
  SendMessage,
  Session,
  SessionPage,
  SessionQuery,
  SettleAccount,
  Transition,
} from '@leadmaster/protocol';
import { deadline } from '@leadmaster/service-kit/wait';
import type { EventLog } from '../state/state-store.ts';
import { pageChecks } from './capabilities/page-checks.ts';
import { followEvents, pageOfEvents } from './event-feed.ts';
import type { Lifecycle } from './lifecycle.ts';
import { recordSession } from './recording.ts';
import { notWaitingForQr } from './refusals.ts';
import { SessionMessages } from './session-messages.ts';
import type { SessionOrders } from './session-orders.ts';
import type { SessionService } from './session-service.ts';
import type { StartSaid } from './session-starts.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

const PAIRING_DEADLINE_MS = 30_000;

export interface SessionsDeps extends Lifecycle, Pick<SupervisorDeps, 'store' | 'profiles' | 'log'> {
  orders: SessionOrders;
}

/** The sessions of this machine, for HTTP, and for the host that brings them up and down. */
export class Sessions implements SessionService {
  readonly #deps: SessionsDeps;
  readonly #messages: SessionMessages;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
    this.#messages = new SessionMessages(deps);
  }

  /** Takes up what the database knows. Starts nothing. */
  load(): Promise<void> {
    return this.#deps.registry.load();
  }

  /** Brings back every session that was running. Resolves when each has been asked. */
  boot(): Promise<void> {
    return this.#deps.starts.boot();
  }

  /** Stops every session, all at once, and remembers which were running. */
  async close(): Promise<void> {
    this.#deps.closing.abort();
    await this.#deps.roster.close();
  }

  async create(input: { name: string; start: boolean; metadata: Record<string, string> }): Promise<Session> {
    const { name, start, metadata } = input;
    await this.#deps.registry.create(name, start ? 'running' : 'stopped', metadata);
    if (start) await (await this.#deps.roster.get(name)).start();
    return this.get(name);
  }

  list(query: SessionQuery = {}): Promise<SessionPage> {
    return this.#deps.views.list(query);
  }

  get(name: string): Promise<Session> {
    return this.#deps.views.get(name);
  }

  async start(name: string, options: StartSaid = {}): Promise<Session> {
    await this.#deps.orders.start(name, options);
    return this.get(name);
  }

  async stop(name: string): Promise<Session> {
    await this.#deps.orders.stop(name);
    return this.get(name);
  }

  async restart(name: string): Promise<Session> {
    await this.#deps.orders.restart(name);
    return this.get(name);
  }

  async logout(name: string): Promise<Session> {
    await this.#deps.orders.logout(name);
    return this.get(name);
  }

  async settleAccount(name: string, word: SettleAccount): Promise<Session> {
    await this.#deps.orders.settleAccount(name, word);
    return this.get(name);
  }

  delete(name: string, options: { purge?: boolean; otherWriters?: boolean } = {}): Promise<void> {
    return this.#deps.orders.delete(name, options);
  }

  settled(name: string, waitMs: number, signal: AbortSignal): Promise<Session> {
    return this.#deps.views.settled(name, waitMs, signal);
  }

  async qr(name: string): Promise<QrCode> {
    const supervisor = await this.#deps.roster.get(name);
    if (supervisor.qr !== null) return supervisor.qr;
    const { view } = supervisor;
    const cure =
      view.hint || `A QR is shown in QR_REQUIRED only. "./leadmaster qr ${name}" starts a session and shows it.`;
    throw notWaitingForQr(name, view, cure);
  }

  async pairingCode(name: string, phone: string): Promise<PairingCode> {
    const supervisor = await this.#deps.roster.get(name);
    return supervisor.requestPairingCode(phone, deadline(PAIRING_DEADLINE_MS, this.#deps.closing.signal));
  }

  async transitions(name: string, limit: number): Promise<Transition[]> {
    await this.#deps.roster.get(name);
    return this.#deps.store.transitions.list(name, limit);
  }

  async check(name: string): Promise<CheckReport> {
    // A profile that was never adopted may be looked at, too.
    await this.get(name);
    const report = await this.#deps.profiles.check(name);
    const supervisor = this.#deps.roster.find(name);
    const { unread } = this.#deps.store.pages.get(name);
    // `valid` is about the profile alone: what the page cannot do is no damage of it.
    return supervisor === null ? report : { ...report, checks: [...report.checks, ...pageChecks(supervisor, unread)] };
  }

  async capabilities(name: string): Promise<Capabilities> {
    return (await this.#deps.roster.get(name)).capabilities.view;
  }

  async overrideCapabilities(name: string, features: readonly Feature[]): Promise<Capabilities> {
    const { capabilities } = await this.#deps.roster.get(name);
    capabilities.override(features);
    return capabilities.view;
  }

  async recording(name: string, signal: AbortSignal): Promise<Recording> {
    const supervisor = await this.#deps.roster.get(name);
    return recordSession(supervisor, this.#deps, this.#until(signal));
  }

  async events(query: {
    session?: string;
    after: number;
    limit: number;
    waitMs: number;
    signal: AbortSignal;
  }): Promise<EventPage> {
    return pageOfEvents(this.#deps.store.events, {
      ...query,
      signal: this.#until(query.signal),
    });
  }

  follow(query: { session?: string; after: number; signal: AbortSignal }): AsyncIterable<LeadMasterEvent> {
    return followEvents(this.#deps.store.events, {
      ...query,
      signal: this.#until(query.signal),
    });
  }

  lastEventId(): number {
    return this.#deps.store.events.lastId();
  }

  eventLog(): EventLog {
    return this.#deps.store.events.log();
  }

  send(name: string, message: SendMessage, idempotencyKey: string | null): Promise<AcceptedMessage> {
    return this.#messages.send(name, message, idempotencyKey);
  }

  acknowledged(name: string, messageId: string, waitMs: number, signal: AbortSignal): Promise<Message> {
    return this.#messages.acknowledged(name, messageId, waitMs, this.#until(signal));
  }

  message(name: string, id: string): Promise<Message> {
    return this.#messages.get(name, id);
  }

  messages(name: string, limit: number): Promise<Message[]> {
    return this.#messages.list(name, limit);
  }

  /** Aborted when the caller gives up, or the service ends. */
  #until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#deps.closing.signal]);
  }
}
