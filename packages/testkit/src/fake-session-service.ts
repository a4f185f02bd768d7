import {
  type AcceptedMessage,
  type Capabilities,
  type CheckReport,
  canSend,
  type EventType,
  FEATURES,
  type Feature,
  LeadMasterError,
  type LeadMasterEvent,
  type Message,
  type QrCode,
  type Recording,
  type SendMessage,
  type Session,
  type SessionPage,
  type SessionState,
  type SettleAccount,
  stateKind,
  type Transition,
} from '@leadmaster/protocol';
import { recordedPageOf } from '../../session-manager/src/engine/recorded-page.ts';
import { recordingOf } from '../../session-manager/src/lifecycle/recording.ts';
import type { SessionService } from '../../session-manager/src/lifecycle/session-service.ts';

interface Entry {
  session: Session;
  transitions: Transition[];
  messages: Message[];
  keys: Map<string, { messageId: string; request: string }>;
}

const NO_HEALTH = { lastProbeAt: null, lastInboundAt: null, lastAckAt: null, lastReadyAt: null };

/**
 * Sessions in memory that behave as the contract says and reach their states at once, for tests of what stands in
 * front of the service. `set`, `emit` and `delayMs` are the test's hands.
 */
/** The identity of its log. */
export const LOG_ID = '9c1f04ab27d35e60';

export class FakeSessionService implements SessionService {
  /** How messages end: acknowledged, failed, or never answered. */
  sending: 'SENT' | 'FAILED' | 'SENDING' = 'SENT';
  /** Every call takes this long. */
  delayMs = 0;
  /** Thrown by every call instead of an answer, when set. */
  failure: Error | null = null;
  /** Every call that would change something, in order. */
  readonly changes: string[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #overridden = new Map<string, readonly Feature[]>();
  readonly #log: LeadMasterEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #forgotten = 0;
  #clock = Date.parse('2026-01-01T00:00:00.000Z');

  /** A session as it would be found, in any state; UNCLAIMED is a profile without a record. */
  set(name: string, state: SessionState | 'UNCLAIMED', change: Partial<Session> = {}): Session {
    const old = this.#entries.get(name);
    const session: Session = {
      reason: 'set by a test',
      hint: '',
      desired: 'running',
      attempts: 0,
      nextAttemptAt: null,
      generation: 1,
      originRetired: true,
      engine: 'fake',
      loginMode: 'qr',
      account: state === 'READY' ? { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ana' } : null,
      health: NO_HEALTH,
      storage: { bytes: null, criticalBytes: null, measuredAt: null },
      lastSnapshot: null,
      snapshotFailure: null,
      limits: null,
      attention: null,
      unreachable: null,
      runtime: null,
      metadata: {},
      createdAt: this.#now(),
      ...old?.session,
      ...change,
      name,
      state,
      stateKind: state === 'UNCLAIMED' ? 'needs_person' : stateKind(state, ''),
      since: this.#now(),
      canSend: state !== 'UNCLAIMED' && canSend(state),
    };
    const entry: Entry = old ?? { session, transitions: [], messages: [], keys: new Map() };
    const from = old?.session.state ?? 'STOPPED';
    entry.session = session;
    this.#entries.set(name, entry);
    if (state !== 'UNCLAIMED' && from !== 'UNCLAIMED') {
      entry.transitions.unshift({ from, to: state, reason: session.reason, at: session.since });
    }
    this.emit(name, 'session.state', { from, to: state, reason: session.reason });
    return session;
  }

  /** Makes a session whose login came from elsewhere; a copy says in its hint what it waits for. */
  stopped(name: string, originRetired: boolean): Session {
    const hint = `It is a copy: "./leadmaster session start ${name} --origin-retired".`;
    return this.set(name, 'STOPPED', { originRetired, hint: originRetired ? '' : hint });
  }

  /** Writes an event and wakes who waits for one. */
  emit(session: string, type: EventType, data: Record<string, unknown> = {}): LeadMasterEvent {
    // A test of the plumbing tells as much as it looks at.
    const event = { id: this.lastEventId() + 1, session, type, at: this.#now(), data } as LeadMasterEvent;
    this.#log.push(event);
    for (const wake of [...this.#waiting]) wake();
    return event;
  }

  /** Drops the oldest events, as retention would. */
  forgetUpTo(id: number): void {
    this.#forgotten = Math.max(this.#forgotten, id);
  }

  /** How many callers wait for an event or a state. */
  get waiters(): number {
    return this.#waiting.size;
  }

  async create(input: { name: string; start: boolean; metadata: Record<string, string> }): Promise<Session> {
    await this.#step();
    if (this.#entries.has(input.name)) {
      throw new LeadMasterError(
        'session_exists',
        `The session "${input.name}" exists already.`,
        'Choose another name.',
      );
    }
    this.changes.push(`create ${input.name}`);
    this.set(input.name, input.start ? 'QR_REQUIRED' : 'STOPPED', { metadata: input.metadata });
    return this.#entry(input.name).session;
  }

  async list(): Promise<SessionPage> {
    await this.#step();
    return { items: [...this.#entries.values()].map((entry) => entry.session), cursor: null };
  }

  async get(name: string): Promise<Session> {
    await this.#step();
    return this.#entry(name).session;
  }

  async start(name: string, { originRetired = false }: { originRetired?: boolean } = {}): Promise<Session> {
    const { session } = await this.#claimed(name);
    if (!session.originRetired && !originRetired) {
      throw new LeadMasterError('origin_not_retired', `"${name}" is a copy.`, 'Say --origin-retired.');
    }
    session.originRetired = true;
    this.changes.push(`start ${name}`);
    return session.state === 'STOPPED' ? this.set(name, 'QR_REQUIRED') : session;
  }

  async stop(name: string): Promise<Session> {
    const { session } = await this.#claimed(name);
    this.changes.push(`stop ${name}`);
    return ['STOPPED', 'MOVED'].includes(session.state) ? session : this.set(name, 'STOPPED');
  }

  async restart(name: string): Promise<Session> {
    await this.stop(name);
    return this.start(name);
  }

  async settleAccount(name: string, word: SettleAccount): Promise<Session> {
    await this.#step();
    const { state } = this.#entry(name).session;
    if (state !== 'WRONG_ACCOUNT') throw new LeadMasterError('wrong_state', `${name} is ${state}`, 'Nothing waits.');
    this.changes.push(`${'accept' in word ? 'accept' : 'unlink'} ${name}`);
    return this.set(name, 'accept' in word ? 'READY' : 'QR_REQUIRED');
  }

  async logout(name: string): Promise<Session> {
    await this.#claimed(name);
    this.changes.push(`logout ${name}`);
    return this.set(name, 'STOPPED', { account: null });
  }

  async delete(name: string, options: { purge?: boolean } = {}): Promise<void> {
    await this.#step();
    this.#entry(name);
    this.changes.push(`${options.purge === true ? 'purge' : 'delete'} ${name}`);
    this.#entries.delete(name);
    this.emit(name, 'session.deleted');
  }

  async adopt(name: string): Promise<Session> {
    await this.#step();
    const { session } = this.#entry(name);
    if (session.state !== 'UNCLAIMED') {
      throw new LeadMasterError('session_exists', `The session "${name}" exists already.`, 'Nothing is left to adopt.');
    }
    this.changes.push(`adopt ${name}`);
    return this.set(name, 'STOPPED');
  }

  async settled(name: string, waitMs: number, signal: AbortSignal): Promise<Session> {
    await this.#step();
    await this.#until(() => this.#entry(name).session.stateKind !== 'transient', waitMs, signal);
    return this.#entry(name).session;
  }

  async qr(name: string): Promise<QrCode> {
    const { session } = await this.#claimed(name);
    if (session.state !== 'QR_REQUIRED') {
      throw new LeadMasterError('not_waiting_for_qr', `"${name}" is ${session.state}.`, 'Start it first.', {
        extra: { state: session.state },
      });
    }
    return { qr: '2@fake,qr,text==', expiresAt: this.#now(20_000), attempt: 1 };
  }

  async pairingCode(name: string, _phone: string): Promise<{ code: string; expiresAt: string }> {
    await this.qr(name);
    this.changes.push(`pair ${name}`);
    return { code: 'ABCD1234', expiresAt: this.#now(180_000) };
  }

  async transitions(name: string, limit: number): Promise<Transition[]> {
    return (await this.#claimed(name)).transitions.slice(0, limit);
  }

  async check(name: string): Promise<CheckReport> {
    await this.#claimed(name);
    return { valid: true, linked: true, checks: [{ name: 'folder', ok: true, detail: 'is there' }] };
  }

  async capabilities(name: string): Promise<Capabilities> {
    const features = Object.fromEntries(FEATURES.map((feature) => [feature, 'unknown'])) as Capabilities['features'];
    const overridden = this.#overridden.get((await this.#claimed(name)).session.name) ?? [];
    return { build: null, at: null, features, checks: [], overridden: [...overridden], failures: {} };
  }

  async overrideCapabilities(name: string, features: readonly Feature[]): Promise<Capabilities> {
    await this.#claimed(name);
    this.#overridden.set(name, features);
    return this.capabilities(name);
  }

  async recording(name: string): Promise<Recording> {
    const { session, transitions } = await this.#claimed(name);
    if (session.state === 'STOPPED' || session.state === 'UNCLAIMED')
      throw new LeadMasterError('session_not_ready', `"${name}" is ${session.state}.`, 'Start it first.');
    return recordingOf({
      page: recordedPageOf({}),
      features: {},
      runtime: { browser: 'chromium', browserVersion: '156.0.0.0' },
      state: session.state,
      transitions,
      now: new Date(this.#now()),
    });
  }

  async events(query: { session?: string; after: number; limit: number; waitMs: number; signal: AbortSignal }) {
    await this.#step();
    const find = (): LeadMasterEvent[] => this.#after(query.after, query.session).slice(0, query.limit);
    await this.#until(() => find().length > 0, query.waitMs, query.signal);
    const items = find();
    const { logId } = this.eventLog();
    const oldest = this.#log.length === 0 ? 0 : this.#forgotten + 1;
    return { items, cursor: items.at(-1)?.id ?? query.after, oldest, logId };
  }

  async *follow(query: { session?: string; after: number; signal: AbortSignal }): AsyncIterable<LeadMasterEvent> {
    let cursor = query.after;
    while (!query.signal.aborted) {
      for (const event of this.#after(cursor, query.session)) {
        cursor = event.id;
        yield event;
        if (query.signal.aborted) return;
      }
      await this.#until(() => this.#after(cursor, query.session).length > 0, 3_600_000, query.signal);
    }
  }

  lastEventId(): number {
    return this.#log.at(-1)?.id ?? 0;
  }

  eventLog() {
    return { logId: LOG_ID, newest: this.lastEventId(), formerly: [] };
  }

  async send(name: string, message: SendMessage, idempotencyKey: string | null): Promise<AcceptedMessage> {
    const entry = await this.#claimed(name);
    const request = JSON.stringify([message.to, message.text]);
    const seen = idempotencyKey === null ? undefined : entry.keys.get(idempotencyKey);
    if (seen !== undefined && seen.request === request)
      return { ...(await this.message(name, seen.messageId)), replayed: true };
    if (seen !== undefined) {
      throw new LeadMasterError('idempotency_conflict', 'The key was used for another message.', 'Use a new key.');
    }
    if (!entry.session.canSend) {
      throw new LeadMasterError('session_not_ready', `"${name}" is ${entry.session.state}.`, 'Wait until it is READY.');
    }
    const id = `msg_${entry.messages.length + 1}_${name}`;
    const made: Message = {
      id,
      session: name,
      state: this.sending,
      whatsappId: this.sending === 'SENT' ? `true_${message.to}_${id}` : null,
      to: message.to,
      error: this.sending === 'FAILED' ? 'the number has no WhatsApp' : null,
      code: this.sending === 'FAILED' ? 'recipient_unknown' : null,
      retryAt: null,
      at: this.#now(),
    };
    this.changes.push(`send ${name}`);
    entry.messages.unshift(made);
    if (idempotencyKey !== null) entry.keys.set(idempotencyKey, { messageId: id, request });
    this.emit(name, this.sending === 'FAILED' ? 'message.failed' : 'message.sent', { id });
    return { ...made, replayed: false };
  }

  async acknowledged(name: string, messageId: string, waitMs: number, signal: AbortSignal): Promise<Message> {
    const state = async () => (await this.message(name, messageId)).state;
    if ((await state()) === 'SENDING') await this.#until(() => false, waitMs, signal);
    return this.message(name, messageId);
  }

  async message(name: string, id: string): Promise<Message> {
    const found = (await this.#claimed(name)).messages.find((message) => message.id === id);
    if (found === undefined)
      throw new LeadMasterError('message_not_found', `No message "${id}".`, 'List the messages.');
    return found;
  }

  async messages(name: string, limit: number): Promise<Message[]> {
    return (await this.#claimed(name)).messages.slice(0, limit);
  }

  #after(cursor: number, session: string | undefined): LeadMasterEvent[] {
    return this.#log.filter(
      (event) => event.id > Math.max(cursor, this.#forgotten) && (session === undefined || event.session === session),
    );
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new LeadMasterError('session_not_found', `There is no session "${name}".`, 'List them or make it.');
    }
    return entry;
  }

  async #claimed(name: string): Promise<Entry> {
    await this.#step();
    const entry = this.#entry(name);
    if (entry.session.state === 'UNCLAIMED') {
      throw new LeadMasterError('session_unclaimed', `The profile "${name}" has not been adopted.`, 'Adopt it first.');
    }
    return entry;
  }

  async #step(): Promise<void> {
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    if (this.failure !== null) throw this.failure;
  }

  #now(offsetMs = 0): string {
    this.#clock += 1;
    return new Date(this.#clock + offsetMs).toISOString();
  }

  /** Resolves when the condition holds at some event, the time is over, or the signal aborts. */
  async #until(condition: () => boolean, waitMs: number, signal: AbortSignal): Promise<void> {
    if (condition() || waitMs <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const wake = (): void => {
        if (condition()) finish();
      };
      const timer = setTimeout(finish, waitMs);
      signal.addEventListener('abort', finish);
      this.#waiting.add(wake);
    });
  }
}
