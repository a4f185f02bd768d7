import {
  type Census,
  type CheckReport,
  type Event,
  type EventPage,
  LeadMasterError,
  type Message,
  type PairingCode,
  type QrCode,
  type SendMessage,
  type Session,
  stateKind,
  type Transition,
} from '@leadmaster/protocol';
import { Measurements } from '../disk/measurements.ts';
import type { HeldProfile, Proof, ReplaceOptions, SessionAccess } from '../snapshots/session-access.ts';
import { followEvents, pageOfEvents } from './event-feed.ts';
import { Outbox } from './outbox.ts';
import { ProfileAccess } from './profile-access.ts';
import { notWaitingForQr, originNotRetired, sessionMoved, sessionNotFound } from './refusals.ts';
import { type SessionGuard, UNGUARDED } from './session-guard.ts';
import { SessionRegistry } from './session-registry.ts';
import type { SessionService } from './session-service.ts';
import { describeSession, describeUnclaimed } from './session-view.ts';
import type { SessionSupervisor } from './supervisor.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

const PAIRING_DEADLINE_MS = 30_000;
const WAIT_STEP_MS = 5_000;

/** The sessions of this machine, for all who ask for one by its name. */
export class Sessions implements SessionService, SessionAccess {
  readonly #deps: SupervisorDeps;
  readonly #outbox: Outbox;
  readonly #registry: SessionRegistry;
  readonly #profiles: ProfileAccess;
  readonly measurements: Measurements;
  readonly #closing = new AbortController();
  #guard: SessionGuard = UNGUARDED;

  constructor(deps: Omit<SupervisorDeps, 'outbox'>) {
    this.#outbox = new Outbox(deps.store, deps.log);
    this.#deps = { ...deps, outbox: this.#outbox };
    this.#registry = new SessionRegistry(this.#deps);
    this.#profiles = new ProfileAccess(this.#deps);
    const { profiles, store, config, log } = deps;
    this.measurements = new Measurements({ ...{ profiles, store, log }, warnBytes: config.storageWarnBytes });
  }

  /** Says who saves logins before they may be lost. */
  guardWith(guard: SessionGuard): void {
    this.#guard = guard;
  }

  /** Takes up what the database knows. Starts nothing. */
  async load(): Promise<void> {
    this.#deps.store.messages.settleInterrupted();
    await this.#registry.load();
  }

  /** Brings back every session that was running. Resolves when each has been asked; places bound how many start at once. */
  async boot(): Promise<void> {
    const wanted = this.#deps.store.sessions.all().filter((row) => row.desired === 'running' && !waitsForPerson(row));
    await Promise.all(wanted.map((row) => this.#registry.find(row.name)?.start('service_started')));
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

  async replace<T>(name: string, options: ReplaceOptions, task: () => Promise<T>): Promise<T> {
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

  async list(): Promise<Session[]> {
    const claimed = await Promise.all(this.names().map((name) => this.get(name)));
    const strangers = (await this.#registry.unclaimed()).map((name) => this.#describeUnclaimed(name));
    return [...claimed, ...strangers].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async get(name: string): Promise<Session> {
    const supervisor = this.#registry.find(name);
    const row = this.#deps.store.sessions.get(name);
    if (supervisor === null || row === null) {
      if ((await this.#registry.unclaimed()).includes(name)) return this.#describeUnclaimed(name);
      throw sessionNotFound(name);
    }
    const record = await this.#deps.profiles.readRecord(name).catch(() => null);
    return describeSession({
      name,
      row,
      view: await this.#viewOf(supervisor),
      generation: record?.generation ?? this.#deps.store.vault.movedGeneration(name) ?? 0,
      originRetired: record?.originRetired ?? true,
      engine: this.#deps.engine.name,
      loginMode: this.#deps.config.loginMode,
      storage: this.measurements.summary(name),
      snapshots: this.#snapshotsOf(name),
    });
  }

  /** What another machine may not have taken yet cannot be deleted, and has another hint than what has gone. */
  async #viewOf({ view, name }: SessionSupervisor): Promise<SessionSupervisor['view']> {
    const open = view.state === 'MOVED' ? await this.#guard.openTransfer(name) : null;
    return open === null ? view : { ...view, hint: open };
  }

  async start(name: string, { originRetired = false }: { originRetired?: boolean } = {}): Promise<Session> {
    const supervisor = await this.#registry.get(name);
    if (supervisor.view.state === 'MOVED') throw sessionMoved(name);
    const { profiles } = this.#deps;
    const record = await profiles.readRecord(name).catch(() => null);
    if (record?.originRetired === false) {
      if (!originRetired) throw originNotRetired(name);
      await profiles.updateRecord(name, { originRetired: true });
    }
    this.#deps.store.sessions.setDesired(name, 'running');
    await supervisor.start();
    return this.get(name);
  }

  async stop(name: string): Promise<Session> {
    const { state } = (await this.#registry.get(name)).view;
    const session = await this.#stop(name);
    if (state !== 'STOPPED') this.#guard.stopped(name);
    return session;
  }

  async #stop(name: string): Promise<Session> {
    const supervisor = await this.#registry.get(name);
    try {
      this.#deps.store.sessions.setDesired(name, 'stopped');
    } finally {
      // Also where a full disk cannot remember that it shall stay so: the browser must be closed.
      await supervisor.stop();
    }
    await this.measure(name).catch((error: unknown) => {
      this.#deps.log.warn({ session: name, err: error }, 'the profile could not be measured');
    });
    return this.get(name);
  }

  async restart(name: string): Promise<Session> {
    if ((await this.#registry.get(name)).view.state === 'MOVED') throw sessionMoved(name);
    await this.#stop(name);
    await this.#guard.resting(name);
    return this.start(name);
  }

  async logout(name: string): Promise<Session> {
    const supervisor = await this.#registry.get(name);
    await this.#guard.before(name, 'before_logout');
    const before = this.#deps.store.sessions.get(name)?.desired ?? 'stopped';
    // Before it is queued: a start that is asked for afterwards is the later word.
    this.#deps.store.sessions.setDesired(name, 'stopped');
    try {
      await supervisor.logout();
    } catch (error) {
      this.#deps.store.sessions.setDesired(name, before);
      throw error;
    }
    return this.get(name);
  }

  async delete(name: string, { purge = false }: { purge?: boolean } = {}): Promise<void> {
    const supervisor = await this.#registry.get(name);
    const refuse = (): Promise<void> => this.#guard.refuseDelete(name);
    await refuse();
    // First, since it is what may fail for reasons of its own: the session is then as it was.
    if (purge) await this.#guard.purge(name);
    else await this.#guard.before(name, 'before_delete');
    await this.#registry.remove(name, async () => {
      this.#deps.store.sessions.setDesired(name, 'stopped');
      await supervisor.retireForever(refuse);
      this.measurements.forget(name);
    });
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
    const { state, hint } = supervisor.view;
    const cure = hint || `A QR is shown in QR_REQUIRED only. "./leadmaster qr ${name}" starts a session and shows it.`;
    throw notWaitingForQr(name, state, cure);
  }

  async pairingCode(name: string, phone: string): Promise<PairingCode> {
    const supervisor = await this.#registry.get(name);
    return supervisor.requestPairingCode(
      phone,
      AbortSignal.any([this.#closing.signal, AbortSignal.timeout(PAIRING_DEADLINE_MS)]),
    );
  }

  async transitions(name: string, limit: number): Promise<Transition[]> {
    await this.#registry.get(name);
    return this.#deps.store.transitions.list(name, limit);
  }

  async check(name: string): Promise<CheckReport> {
    // A profile that nobody has adopted may be looked at, too.
    await this.get(name);
    return this.#deps.profiles.check(name);
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

  follow(query: { session?: string; after: number; signal: AbortSignal }): AsyncIterable<Event> {
    return followEvents(this.#deps.store.events, {
      ...query,
      signal: AbortSignal.any([query.signal, this.#closing.signal]),
    });
  }

  lastEventId(): number {
    return this.#deps.store.events.lastId();
  }

  async send(name: string, message: SendMessage, idempotencyKey: string | null): Promise<Message> {
    const supervisor = await this.#registry.get(name);
    const known = this.#outbox.repeated(name, message, idempotencyKey);
    if (known !== null) return known;
    if (supervisor.readyRun === null) {
      const { state, hint } = supervisor.view;
      const cure =
        stateKind(state) === 'transient'
          ? 'It recovers by itself; try again when it is READY.'
          : hint || `Start it first: "./leadmaster session start ${name}".`;
      throw new LeadMasterError('session_not_ready', `${name} is ${state}; nothing was sent`, cure, {
        extra: { state },
      });
    }
    return this.#outbox.accept(name, message, idempotencyKey, () => supervisor.readyRun);
  }

  async acknowledged(name: string, messageId: string, waitMs: number, signal: AbortSignal): Promise<Message> {
    return this.#outbox.settled(name, messageId, waitMs, AbortSignal.any([signal, this.#closing.signal]));
  }

  async message(name: string, id: string): Promise<Message> {
    await this.#registry.get(name);
    return this.#outbox.get(name, id);
  }

  async messages(name: string, limit: number): Promise<Message[]> {
    await this.#registry.get(name);
    return this.#deps.store.messages.list(name, limit);
  }

  /** Says of messages handed over long ago that their fate is not known. */
  doubtOverdue(): void {
    this.#outbox.doubtOverdue();
  }

  /** Measures a profile and remembers the figures; a session that is gone meanwhile has none. */
  async measure(name: string): Promise<void> {
    if (this.has(name)) await this.measurements.measure(name);
  }

  /** Measures the memory of a session's browser; a session that is gone meanwhile has none. */
  async measureMemory(name: string): Promise<void> {
    await this.#registry.find(name)?.measureMemory();
  }

  #snapshotsOf(name: string): Pick<Session, 'lastSnapshot' | 'snapshotFailure'> {
    const { snapshots } = this.#deps.store;
    const latest = snapshots.latest(name);
    return {
      lastSnapshot:
        latest === null
          ? null
          : {
              id: latest.id,
              at: latest.at,
              verified: latest.verified === true,
              damaged: latest.verified === false,
            },
      snapshotFailure: snapshots.failure(name),
    };
  }

  #describeUnclaimed(name: string): Session {
    return describeUnclaimed(name, this.#deps.profiles.locate(name), this.#deps.config.loginMode);
  }
}

/** After these, only a person brings a session back; a restart of the service changes nothing about them. */
function waitsForPerson(row: { state: Session['state']; reason: string }): boolean {
  // A login that is open elsewhere is not taken back by a restart: two services would take it from each other for ever.
  return row.state === 'DISCONNECTED_BANNED' || (row.state === 'ERROR' && row.reason === 'conflict');
}
