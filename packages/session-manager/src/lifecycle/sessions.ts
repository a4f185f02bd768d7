import type {
  AcceptedMessage,
  Capabilities,
  ChangeSession,
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
  UsageReport,
} from '@leadmaster/protocol';
import { deadline } from '@leadmaster/service-kit/wait';
import type { EventLog } from '../state/rows.ts';
import { pageChecks } from './capabilities/page-checks.ts';
import { followEvents, pageOfEvents } from './event-feed.ts';
import type { Lifecycle } from './lifecycle.ts';
import { recordSession } from './recording.ts';
import { notWaitingForQr } from './refusals.ts';
import { SessionChats } from './session-chats.ts';
import { SessionMessages } from './session-messages.ts';
import type { SessionOrders, UnderWay } from './session-orders.ts';
import type { StartSaid } from './session-starts.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';
import { USAGE_EVERY_S } from './usage-history.ts';

const PAIRING_DEADLINE_MS = 30_000;
const HOUR_MS = 3_600_000;

export interface SessionsDeps extends Lifecycle, Pick<SupervisorDeps, 'store' | 'profiles' | 'log'> {
  orders: SessionOrders;
}

/**
 * The sessions of this machine, for HTTP, and for the host that brings them up and down. Names are validated before they get
 * here; every refusal is a `LeadMasterError`.
 */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #messages: SessionMessages;
  /** What the pages of READY sessions know of chats and people. */
  readonly chats: SessionChats;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
    this.#messages = new SessionMessages(deps);
    this.chats = new SessionChats(deps);
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

  /**
   * Changes what is given; a running session runs on.
   *
   * @throws LeadMasterError `wrong_account` for an expected number that is not the one of the session's account.
   */
  async change(name: string, { metadata, ...bounds }: ChangeSession): Promise<Session> {
    await this.#deps.roster.get(name);
    await this.#deps.bounds.change(name, bounds);
    if (metadata !== undefined) this.#deps.store.sessions.setMetadata(name, metadata);
    return this.get(name);
  }

  /** All sessions, with profiles that no record claims as UNCLAIMED. */
  list(query: SessionQuery = {}): Promise<SessionPage> {
    return this.#deps.views.list(query);
  }

  /** One that is being made is waited for: who has heard of it asks at once. */
  async get(name: string): Promise<Session> {
    await this.#deps.registry.settled(name);
    return this.#deps.views.get(name);
  }

  /**
   * `originRetired`: the operator confirms that the place a copied login came from never runs it again. `olderLogin`: that the
   * one in place is to run although the vault has a newer one.
   */
  async start(name: string, options: StartSaid = {}): Promise<Session> {
    await this.#deps.orders.start(name, options);
    return this.get(name);
  }

  /** Resolves once the last browser process is gone; `underWay` is called when it begins to end. */
  async stop(name: string, underWay?: UnderWay): Promise<Session> {
    await this.#deps.orders.stop(name, underWay);
    return this.get(name);
  }

  /** As `stop`, then as `start`. */
  async restart(name: string, underWay?: UnderWay): Promise<Session> {
    await this.#deps.orders.restart(name, underWay);
    return this.get(name);
  }

  /** As `stop`; WhatsApp is told first. */
  async logout(name: string, underWay?: UnderWay): Promise<Session> {
    await this.#deps.orders.logout(name, underWay);
    return this.get(name);
  }

  /** Settles WRONG_ACCOUNT: the account is right, or its link is removed at WhatsApp. */
  async settleAccount(name: string, word: SettleAccount): Promise<Session> {
    await this.#deps.orders.settleAccount(name, word);
    return this.get(name);
  }

  /**
   * The profile goes to trash. `purge`: the key of its snapshots is destroyed as well; `otherWriters`: also where another
   * installation has written some of them.
   */
  delete(name: string, options: { purge?: boolean; otherWriters?: boolean } = {}): Promise<void> {
    return this.#deps.orders.delete(name, options);
  }

  /** Resolves once the state is not transient, or after the wait, whichever is first. */
  settled(name: string, waitMs: number, signal: AbortSignal): Promise<Session> {
    return this.#deps.views.settled(name, waitMs, signal);
  }

  async qr(name: string): Promise<QrCode> {
    const supervisor = await this.#deps.roster.get(name);
    if (supervisor.qr !== null) return supervisor.qr;
    const { view } = supervisor;
    const hint =
      view.hint || `A QR is shown in QR_REQUIRED only. "./leadmaster qr ${name}" starts a session and shows it.`;
    throw notWaitingForQr(name, view, hint);
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

  /** What its browser used, over the last hours. */
  async usage(name: string, hours: number): Promise<UsageReport> {
    await this.#deps.roster.get(name);
    const since = new Date(Date.now() - hours * HOUR_MS);
    return { everySeconds: USAGE_EVERY_S, items: this.#deps.usage.since(name, since) };
  }

  /** What the session can do with the page that it runs on, by its last probe. */
  async capabilities(name: string): Promise<Capabilities> {
    return (await this.#deps.roster.get(name)).capabilities.view;
  }

  /** Uses these features although the probe calls them broken; none of them = goes by the probe again. */
  async overrideCapabilities(name: string, features: readonly Feature[]): Promise<Capabilities> {
    const { capabilities } = await this.#deps.roster.get(name);
    capabilities.override(features);
    return capabilities.view;
  }

  /** What its page looks like from inside, with nothing of the account in it. Needs a browser that runs, linked or not. */
  async recording(name: string, signal: AbortSignal): Promise<Recording> {
    const supervisor = await this.#deps.roster.get(name);
    return recordSession(supervisor, this.#deps, this.#until(signal));
  }

  /** Events after a cursor. Waits up to `waitMs` for the first when there is none yet. `session` undefined = all. */
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

  /** Every event after a cursor, then live ones, until the signal aborts. */
  follow(query: { after: number; signal: AbortSignal }): AsyncIterable<LeadMasterEvent> {
    return followEvents(this.#deps.store.events, {
      ...query,
      signal: this.#until(query.signal),
    });
  }

  /** The newest event's id, 0 when there is none. */
  lastEventId(): number {
    return this.#deps.store.events.lastId();
  }

  /** Which log the events are of. */
  eventLog(): EventLog {
    return this.#deps.store.events.log();
  }

  send(name: string, message: SendMessage, idempotencyKey: string | null): Promise<AcceptedMessage> {
    return this.#messages.send(name, message, idempotencyKey);
  }

  /** Waits until WhatsApp's server has acknowledged, the message failed, or the time is over. */
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
