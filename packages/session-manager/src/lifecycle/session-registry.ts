import {
  type Census,
  type CheckReport,
  type Event,
  type EventPage,
  isSessionName,
  LeadMasterError,
  type Message,
  type PairingCode,
  type QrCode,
  type SendMessage,
  type Session,
  shellWord,
  stateKind,
  type Transition,
} from '@leadmaster/protocol';
import { Measurements } from '../disk/measurements.ts';
import type { HeldProfile, LastWord, SessionAccess } from '../snapshots/session-access.ts';
import { followEvents, pageOfEvents } from './event-feed.ts';
import { Outbox } from './outbox.ts';
import { originNotRetired, sessionMoved } from './refusals.ts';
import { type SessionGuard, UNGUARDED } from './session-guard.ts';
import type { SessionService } from './session-service.ts';
import { describeSession, describeUnclaimed } from './session-view.ts';
import { SessionSupervisor } from './supervisor.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

const PAIRING_DEADLINE_MS = 30_000;
const WAIT_STEP_MS = 5_000;

/** The sessions of this machine, by name. */
export class SessionRegistry implements SessionService, SessionAccess {
  readonly #deps: SupervisorDeps;
  readonly #outbox: Outbox;
  readonly #supervisors = new Map<string, SessionSupervisor>();
  readonly measurements: Measurements;
  /** The last making or removing of each name that is not over. */
  readonly #changes = new Map<string, Promise<unknown>>();
  readonly #closing = new AbortController();
  #guard: SessionGuard = UNGUARDED;

  constructor(deps: Omit<SupervisorDeps, 'outbox'>) {
    this.#outbox = new Outbox(deps.store, deps.log);
    this.#deps = { ...deps, outbox: this.#outbox };
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
    for (const row of this.#deps.store.sessions.all()) {
      const supervisor = await this.#supervise(row.name);
      await supervisor.recover();
    }
  }

  /** Brings back every session that was running. Resolves when each has been asked; places bound how many start at once. */
  async boot(): Promise<void> {
    const wanted = this.#deps.store.sessions.all().filter((row) => row.desired === 'running' && !waitsForPerson(row));
    await Promise.all(wanted.map((row) => this.#supervisors.get(row.name)?.start('service_started')));
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
    return [...this.#supervisors.keys()];
  }

  has(name: string): boolean {
    return this.#supervisors.has(name);
  }

  async hold<T>(name: string, task: (held: HeldProfile) => Promise<T>): Promise<T> {
    return (await this.#supervisor(name)).hold(task);
  }

  async replace<T>(name: string, options: { stop: boolean; reason?: string }, task: () => Promise<T>): Promise<T> {
    return (await this.#supervisor(name)).replace({ reason: 'restored', ...options }, task);
  }

  async whileStopped<T>(
    name: string,
    options: { restart: boolean; reason: string },
    task: () => Promise<T>,
  ): Promise<T> {
    return (await this.#supervisor(name)).whileStopped(options, task);
  }

  async moveAway(name: string, reason: string, prove: () => Promise<LastWord> = async () => {}): Promise<void> {
    await (await this.#supervisor(name)).moveAway(reason, prove);
  }

  async census(name: string, signal: AbortSignal): Promise<Census | null> {
    return (await this.#supervisor(name)).census(signal);
  }

  async createFor(
    name: string,
    loginOf: Date,
    how: 'restored' | 'adopted' | 'transferred' = 'restored',
  ): Promise<void> {
    await this.#changing(name, async () => {
      if (this.#supervisors.has(name)) throw exists(name);
      await this.#refuseUnclaimed(name);
      this.#insert(name, 'stopped', {}, { [how]: true });
      // From now on a folder that is not there is a login that is missing, and never a new session.
      this.#deps.store.sessions.touch(name, { caughtUpTo: loginOf.toISOString() });
      await this.#supervise(name);
    });
  }

  discard(name: string): void {
    this.#remove(name);
    this.#supervisors.delete(name);
  }

  /** Every session's supervisor, for metrics and measurements. */
  supervisors(): readonly SessionSupervisor[] {
    return [...this.#supervisors.values()];
  }

  async create(input: { name: string; start: boolean; metadata: Record<string, string> }): Promise<Session> {
    const { name } = input;
    await this.#changing(name, async () => {
      if (this.#supervisors.has(name)) throw exists(name);
      await this.#refuseUnclaimed(name);
      // The row first: a folder that no row knows of would be taken for somebody's unclaimed profile.
      this.#insert(name, input.start ? 'running' : 'stopped', input.metadata, {});
      try {
        await this.#deps.profiles.create(name, this.#movedGeneration(name));
      } catch (error) {
        this.#remove(name);
        throw error;
      }
      await this.#supervise(name);
    });
    if (input.start) await (await this.#supervisor(name)).start();
    return this.get(name);
  }

  async list(): Promise<Session[]> {
    const claimed = await Promise.all([...this.#supervisors.keys()].map((name) => this.get(name)));
    const found = await this.#deps.profiles.list();
    const strangers = found
      .filter(({ name }) => !this.#supervisors.has(name))
      .map(({ name }) => this.#describeUnclaimed(name));
    return [...claimed, ...strangers].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async get(name: string): Promise<Session> {
    const supervisor = this.#supervisors.get(name);
    const row = this.#deps.store.sessions.get(name);
    if (supervisor === undefined || row === null) {
      if (await this.#isUnclaimed(name)) return this.#describeUnclaimed(name);
      throw notFound(name);
    }
    const record = await this.#deps.profiles.readRecord(name).catch(() => null);
    return describeSession({
      name,
      row,
      view: supervisor.view,
      generation: record?.generation ?? this.#movedGeneration(name),
      originRetired: record?.originRetired ?? true,
      engine: this.#deps.engine.name,
      loginMode: this.#deps.config.loginMode,
      storage: this.measurements.summary(name),
      snapshots: this.#snapshotsOf(name),
    });
  }

  async start(name: string, { originRetired = false }: { originRetired?: boolean } = {}): Promise<Session> {
    const supervisor = await this.#supervisor(name);
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
    const { state } = (await this.#supervisor(name)).view;
    const session = await this.#stop(name);
    if (state !== 'STOPPED') this.#guard.stopped(name);
    return session;
  }

  async #stop(name: string): Promise<Session> {
    const supervisor = await this.#supervisor(name);
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
    if ((await this.#supervisor(name)).view.state === 'MOVED') throw sessionMoved(name);
    await this.#stop(name);
    await this.#guard.resting(name);
    return this.start(name);
  }

  async logout(name: string): Promise<Session> {
    const supervisor = await this.#supervisor(name);
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
    const supervisor = await this.#supervisor(name);
    const refuse = (): Promise<void> => this.#guard.refuseDelete(name);
    await refuse();
    // First, since it is what may fail for reasons of its own: the session is then as it was.
    if (purge) await this.#guard.purge(name);
    else await this.#guard.before(name, 'before_delete');
    await this.#changing(name, async () => {
      this.#deps.store.sessions.setDesired(name, 'stopped');
      await supervisor.retireForever(refuse);
      this.#remove(name);
      this.#supervisors.delete(name);
      this.measurements.forget(name);
    });
  }

  async adopt(name: string): Promise<Session> {
    await this.#changing(name, async () => {
      if (this.#supervisors.has(name)) throw exists(name);
      await this.#deps.profiles.claim(name, this.#movedGeneration(name));
      const holdsLogin = (await this.#deps.profiles.loginPresence(name)) === 'present';
      this.#insert(name, 'stopped', {}, { adopted: true });
      // From now on a folder that is gone is a lost login, not a new session; messages count from now as well.
      if (holdsLogin) this.#deps.store.sessions.touch(name, { caughtUpTo: new Date().toISOString() });
      await this.#supervise(name);
    });
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
    const supervisor = await this.#supervisor(name);
    if (supervisor.qr !== null) return supervisor.qr;
    const { state, hint } = supervisor.view;
    throw new LeadMasterError(
      'not_waiting_for_qr',
      `${name} is ${state}`,
      hint === ''
        ? `A QR is shown in QR_REQUIRED only. "./leadmaster qr ${name}" starts a session and shows it.`
        : hint,
      { extra: { state } },
    );
  }

  async pairingCode(name: string, phone: string): Promise<PairingCode> {
    const supervisor = await this.#supervisor(name);
    return supervisor.requestPairingCode(
      phone,
      AbortSignal.any([this.#closing.signal, AbortSignal.timeout(PAIRING_DEADLINE_MS)]),
    );
  }

  async transitions(name: string, limit: number): Promise<Transition[]> {
    await this.#supervisor(name);
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
    const supervisor = await this.#supervisor(name);
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
    await this.#supervisor(name);
    return this.#outbox.get(name, id);
  }

  async messages(name: string, limit: number): Promise<Message[]> {
    await this.#supervisor(name);
    return this.#deps.store.messages.list(name, limit);
  }

  /** Says of messages handed over long ago that their fate is not known. */
  doubtOverdue(): void {
    this.#outbox.doubtOverdue();
  }

  /** Measures a profile and remembers the figures; a session that is gone meanwhile has none. */
  async measure(name: string): Promise<void> {
    if (this.#supervisors.has(name)) await this.measurements.measure(name);
  }

  /** Measures the memory of a session's browser; a session that is gone meanwhile has none. */
  async measureMemory(name: string): Promise<void> {
    await this.#supervisors.get(name)?.measureMemory();
  }

  /** @throws LeadMasterError `session_not_found`, or `session_unclaimed` when there is a profile that nobody has adopted. */
  async #supervisor(name: string): Promise<SessionSupervisor> {
    const supervisor = this.#supervisors.get(name);
    if (supervisor !== undefined) return supervisor;
    await this.#refuseUnclaimed(name);
    throw notFound(name);
  }

  #movedGeneration(name: string): number {
    return this.#deps.store.vault.movedGeneration(name) ?? 0;
  }

  #snapshotsOf(name: string): Pick<Session, 'lastSnapshot' | 'snapshotFailure'> {
    const { snapshots } = this.#deps.store;
    const latest = snapshots.latest(name);
    return {
      lastSnapshot: latest === null ? null : { id: latest.id, at: latest.at, verified: latest.verified === true },
      snapshotFailure: snapshots.failure(name),
    };
  }

  #insert(
    name: string,
    desired: 'running' | 'stopped',
    metadata: Record<string, string>,
    how: { adopted?: true; restored?: true; transferred?: true },
  ): void {
    this.#deps.store.atomically(() => {
      this.#deps.store.sessions.insert({ name, metadata, desired });
      this.#deps.store.events.append({ session: name, type: 'session.created', data: { metadata, ...how } });
    });
  }

  #remove(name: string): void {
    this.#deps.store.atomically(() => {
      this.#deps.store.sessions.remove(name);
      this.#deps.store.events.append({ session: name, type: 'session.deleted', data: {} });
    });
  }

  async #supervise(name: string): Promise<SessionSupervisor> {
    const row = this.#deps.store.sessions.get(name);
    if (row === null) throw notFound(name);
    // An unreadable record is said when the session is started; here only the account's name is missing.
    const record = await this.#deps.profiles.readRecord(name).catch(() => null);
    const supervisor = new SessionSupervisor(this.#deps, {
      name,
      state: row.state,
      reason: row.reason,
      since: new Date(row.since),
      account: record?.account ?? null,
      health: {
        lastProbeAt: row.lastProbeAt,
        lastInboundAt: row.lastInboundAt,
        lastAckAt: row.lastAckAt,
        lastReadyAt: row.lastReadyAt,
      },
    });
    this.#supervisors.set(name, supervisor);
    return supervisor;
  }

  /** Makes and removes one name one after the other. */
  async #changing(name: string, task: () => Promise<void>): Promise<void> {
    const before = this.#changes.get(name) ?? Promise.resolve();
    const mine = before.then(task, task);
    this.#changes.set(name, mine);
    try {
      await mine;
    } finally {
      if (this.#changes.get(name) === mine) this.#changes.delete(name);
    }
  }

  #describeUnclaimed(name: string): Session {
    return describeUnclaimed(name, this.#adoptCommand(name), this.#deps.config.loginMode);
  }

  #adoptCommand(name: string): string {
    return `./leadmaster adopt ${shellWord(this.#deps.profiles.locate(name))} --name ${name}`;
  }

  async #isUnclaimed(name: string): Promise<boolean> {
    return !this.#supervisors.has(name) && (await this.#deps.profiles.list()).some((found) => found.name === name);
  }

  async #refuseUnclaimed(name: string): Promise<void> {
    if (!(await this.#isUnclaimed(name))) return;
    throw new LeadMasterError(
      'session_unclaimed',
      `tokens/${name} exists and belongs to no session`,
      `Take it over with "${this.#adoptCommand(name)}", or move it away.`,
    );
  }
}

/** After these, only a person brings a session back; a restart of the service changes nothing about them. */
function waitsForPerson(row: { state: Session['state']; reason: string }): boolean {
  // A login that is open elsewhere is not taken back by a restart: two services would take it from each other for ever.
  return row.state === 'DISCONNECTED_BANNED' || (row.state === 'ERROR' && row.reason === 'conflict');
}

function exists(name: string): LeadMasterError {
  return new LeadMasterError(
    'session_exists',
    `There is a session ${name}`,
    'Use it, delete it, or choose another name.',
  );
}

function notFound(name: string): LeadMasterError {
  const hint = isSessionName(name)
    ? `"./leadmaster sessions" lists them; "./leadmaster qr ${name}" makes this one.`
    : '"./leadmaster sessions" lists them.';
  return new LeadMasterError('session_not_found', `There is no session ${name} on this machine`, hint);
}
