import type {
  AcceptedMessage,
  Account,
  Capabilities,
  Census,
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
import { Measurements } from '../disk/measurements.ts';
import type {
  GivenAway,
  HeldProfile,
  OtherLink,
  Proof,
  ReplaceOptions,
  SessionAccess,
} from '../snapshots/session-access.ts';
import type { EventLog } from '../state/state-store.ts';
import { comesBack } from './at-boot.ts';
import { pageChecks } from './capabilities/page-checks.ts';
import { countUses } from './capabilities/uses.ts';
import { followEvents, pageOfEvents } from './event-feed.ts';
import { ProfileAccess } from './profile-access.ts';
import { recordSession } from './recording.ts';
import { notWaitingForQr } from './refusals.ts';
import { type SessionGuard, UNGUARDED } from './session-guard.ts';
import { SessionMessages } from './session-messages.ts';
import { SessionOrders, type StartSaid } from './session-orders.ts';
import { SessionRegistry } from './session-registry.ts';
import type { SessionService } from './session-service.ts';
import { SessionViews } from './session-views.ts';
import type { SessionSupervisor } from './supervisor.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

const PAIRING_DEADLINE_MS = 30_000;
const WAIT_STEP_MS = 5_000;

/** The sessions of this machine, for all who ask for one by its name. */
export class Sessions implements SessionService, SessionAccess {
  readonly #deps: SupervisorDeps;
  readonly #messages: SessionMessages;
  readonly #registry: SessionRegistry;
  readonly #profiles: ProfileAccess;
  readonly #orders: SessionOrders;
  readonly #views: SessionViews;
  readonly measurements: Measurements;
  readonly #closing = new AbortController();
  #guard: SessionGuard = UNGUARDED;
  #look: () => Promise<void> = async () => undefined;
  #looked: Promise<void> | null = null;

  constructor(deps: Omit<SupervisorDeps, 'outbox' | 'linkedIn' | 'comeBack'>) {
    const { profiles, store, config, log } = deps;
    this.#messages = new SessionMessages(deps, () => this.#registry);
    const linkedIn: SupervisorDeps['linkedIn'] = (account, except) => this.#registry.linkedIn(account, except);
    const comeBack = (name: string): void => this.#registry.find(name)?.comeBack();
    this.#deps = { ...deps, outbox: this.#messages.outbox, linkedIn, comeBack };
    this.#registry = new SessionRegistry(this.#deps);
    this.#profiles = new ProfileAccess(this.#deps);
    this.measurements = new Measurements({ ...{ profiles, store, log }, warnBytes: config.storageWarnBytes });
    const { measurements } = this;
    const about = { ...deps, registry: this.#registry, measurements, guard: () => this.#guard };
    this.#orders = new SessionOrders(about);
    this.#views = new SessionViews(about);
    countUses(store.events, (name) => this.#registry.find(name)?.capabilities ?? null);
  }

  /** Says who saves logins before they may be lost. */
  guardWith(guard: SessionGuard): void {
    this.#guard = guard;
  }

  /** Takes up what the database knows. Starts nothing. */
  async load(): Promise<void> {
    await this.#registry.load();
    this.#messages.outbox.settleInterrupted();
  }

  /** Says what is looked at before any session is started. It decides by itself how long that may take. */
  lookFirst(look: () => Promise<void>): void {
    this.#look = look;
  }

  /** Leaves a session that does not run at rest: a start waits for the operator's confirmation, or no longer does. */
  async rest(name: string, reason: string): Promise<void> {
    await (await this.#registry.get(name)).rest(reason);
  }

  /** Has a session wait whose profile is not the one that ran here last. What runs is left alone. */
  async holdIfOther(name: string): Promise<void> {
    await (await this.#registry.get(name)).holdIfOther();
  }

  /** Brings back every session that was running. Resolves when each has been asked; places bound how many start at once. */
  async boot(): Promise<void> {
    await this.#lookOnce();
    const wanted = this.#deps.store.sessions.all().filter(comesBack);
    await Promise.all(wanted.map((row) => this.#registry.find(row.name)?.start('service_started')));
  }

  #lookOnce(): Promise<void> {
    this.#looked ??= this.#look();
    return this.#looked;
  }

  /** Stops every session, all at once, and remembers which were running. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(
      this.supervisors().map(async (supervisor) => {
        await supervisor.close('service_stopped');
        supervisor.saveHealth();
      }),
    );
  }

  names(): string[] {
    return this.#registry.names();
  }

  has(name: string): boolean {
    return this.#registry.has(name);
  }

  async hold<T>(name: string, task: (held: HeldProfile) => Promise<T>): Promise<T> {
    return this.#profiles.hold(await this.#registry.get(name), task);
  }

  async replace<T>(name: string, options: ReplaceOptions, task: (before: number) => Promise<T>): Promise<T> {
    return this.#profiles.replace(await this.#registry.get(name), { reason: 'restored', ...options }, task);
  }

  async whileStopped<T>(
    name: string,
    options: { restart: boolean; reason: string },
    task: () => Promise<T>,
  ): Promise<T> {
    return this.#profiles.whileStopped(await this.#registry.get(name), options, task);
  }

  async moveAway(name: string, reason: string, prove: Proof = async () => {}): Promise<void> {
    await this.#profiles.moveAway(await this.#registry.get(name), reason, prove);
  }

  async census(name: string, signal: AbortSignal): Promise<Census | null> {
    return this.#profiles.census(await this.#registry.get(name), signal);
  }

  linkedIn(account: Account, except: string): OtherLink | null {
    return this.#registry.linkedIn(account, except);
  }

  givenAway(account: Account, except: string): GivenAway | null {
    return this.#registry.givenAway(account, except);
  }

  refuseComing(name: string, account: Account | null): void {
    if (account !== null) this.#registry.refuseComing(name, account);
  }

  async createFor(
    name: string,
    loginOf: Date,
    how: 'restored' | 'adopted' | 'transferred' = 'restored',
  ): Promise<void> {
    await this.#registry.createFor(name, loginOf, how);
  }

  discard(name: string): void {
    this.#registry.discard(name);
  }

  /** Every session's supervisor, for metrics and measurements. */
  supervisors(): readonly SessionSupervisor[] {
    return this.#registry.supervisors();
  }

  async create(input: { name: string; start: boolean; metadata: Record<string, string> }): Promise<Session> {
    const { name, start, metadata } = input;
    await this.#registry.create(name, start ? 'running' : 'stopped', metadata);
    if (start) await (await this.#registry.get(name)).start();
    return this.get(name);
  }

  list(query: SessionQuery = {}): Promise<SessionPage> {
    return this.#views.list(query);
  }

  get(name: string): Promise<Session> {
    return this.#views.get(name);
  }

  async start(name: string, options: StartSaid = {}): Promise<Session> {
    await this.#lookOnce();
    await this.#orders.start(name, options);
    return this.get(name);
  }

  async stop(name: string): Promise<Session> {
    await this.#orders.stop(name);
    return this.get(name);
  }

  async restart(name: string): Promise<Session> {
    await this.#orders.restart(name);
    return this.get(name);
  }

  async logout(name: string): Promise<Session> {
    await this.#orders.logout(name);
    return this.get(name);
  }

  async settleAccount(name: string, word: SettleAccount): Promise<Session> {
    await this.#orders.settleAccount(name, word);
    return this.get(name);
  }

  delete(name: string, options: { purge?: boolean; otherWriters?: boolean } = {}): Promise<void> {
    return this.#orders.delete(name, options);
  }

  async adopt(name: string): Promise<Session> {
    await this.#registry.claim(name);
    await this.measure(name);
    return this.get(name);
  }

  async settled(name: string, waitMs: number, signal: AbortSignal): Promise<Session> {
    const until = performance.now() + waitMs;
    const given = AbortSignal.any([signal, this.#closing.signal]);
    for (;;) {
      // Read before the state: what happens after this is an event to wait for.
      const after = this.lastEventId();
      const left = until - performance.now();
      const session = await this.get(name);
      if (session.stateKind !== 'transient' || left <= 0 || given.aborted) return session;
      await this.events({ session: name, after, limit: 1, waitMs: Math.min(left, WAIT_STEP_MS), signal: given });
    }
  }

  async qr(name: string): Promise<QrCode> {
    const supervisor = await this.#registry.get(name);
    if (supervisor.qr !== null) return supervisor.qr;
    const { view } = supervisor;
    const cure =
      view.hint || `A QR is shown in QR_REQUIRED only. "./leadmaster qr ${name}" starts a session and shows it.`;
    throw notWaitingForQr(name, view, cure);
  }

  async pairingCode(name: string, phone: string): Promise<PairingCode> {
    const supervisor = await this.#registry.get(name);
    return supervisor.requestPairingCode(phone, deadline(PAIRING_DEADLINE_MS, this.#closing.signal));
  }

  async transitions(name: string, limit: number): Promise<Transition[]> {
    await this.#registry.get(name);
    return this.#deps.store.transitions.list(name, limit);
  }

  async check(name: string): Promise<CheckReport> {
    // An unclaimed profile may be measured, too.
    await this.get(name);
    const report = await this.#deps.profiles.check(name);
    const supervisor = this.#registry.find(name);
    const { unread } = this.#deps.store.pages.get(name);
    // `valid` is about the profile alone: what the page cannot do is no damage of it.
    return supervisor === null ? report : { ...report, checks: [...report.checks, ...pageChecks(supervisor, unread)] };
  }

  async capabilities(name: string): Promise<Capabilities> {
    return (await this.#registry.get(name)).capabilities.view;
  }

  async overrideCapabilities(name: string, features: readonly Feature[]): Promise<Capabilities> {
    const { capabilities } = await this.#registry.get(name);
    capabilities.override(features);
    return capabilities.view;
  }

  async recording(name: string, signal: AbortSignal): Promise<Recording> {
    const supervisor = await this.#registry.get(name);
    return recordSession(supervisor, this.#deps, AbortSignal.any([signal, this.#closing.signal]));
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
      signal: AbortSignal.any([query.signal, this.#closing.signal]),
    });
  }

  follow(query: { session?: string; after: number; signal: AbortSignal }): AsyncIterable<LeadMasterEvent> {
    return followEvents(this.#deps.store.events, {
      ...query,
      signal: AbortSignal.any([query.signal, this.#closing.signal]),
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

  async acknowledged(name: string, messageId: string, waitMs: number, signal: AbortSignal): Promise<Message> {
    const given = AbortSignal.any([signal, this.#closing.signal]);
    return this.#messages.outbox.settled(name, messageId, waitMs, given);
  }

  message(name: string, id: string): Promise<Message> {
    return this.#messages.get(name, id);
  }

  messages(name: string, limit: number): Promise<Message[]> {
    return this.#messages.list(name, limit);
  }

  /** Says of messages handed over long ago that their fate is not known. */
  doubtOverdue(): void {
    this.#messages.outbox.doubtOverdue();
  }

  /** Measures a profile and remembers the figures; a session that is gone meanwhile has none. */
  async measure(name: string): Promise<void> {
    if (this.has(name)) await this.measurements.measure(name);
  }

  /** Measures the memory of a session's browser; a session that is gone meanwhile has none. */
  async measureMemory(name: string): Promise<void> {
    await this.#registry.find(name)?.liveRun?.measureMemory();
  }
}
