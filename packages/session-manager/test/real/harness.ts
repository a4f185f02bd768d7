import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyEvent, QrCode, Session, SessionState } from '@leadmaster/protocol';
import { createServiceLog } from '@leadmaster/service-kit/log';
import { type StandinOptions, startStandin, type World } from '@leadmaster/whatsapp-standin';
import { readConfig } from '../../src/config/index.ts';
import { type Context, type ContextOptions, createContext } from '../../src/context.ts';

/** No wait of a test gets less: a limit for what never comes, also while two runs share a machine. */
const PATIENCE_MS = 45_000;

/**
 * Short intervals, so that a fault and its recovery fit into a test. Deadlines are those of a busy machine; a test whose subject
 * is one of them has its own.
 */
export const QUICK = {
  LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
  PROBE_INTERVAL_S: '0.5',
  PROBE_DEADLINE_S: '15',
  LAUNCH_DEADLINE_S: '20',
  LOAD_DEADLINE_S: '20',
  SYNC_DEADLINE_S: '30',
  STOP_DEADLINE_S: '10',
  BACKOFF_FIRST_MS: '200',
  BACKOFF_MAX_S: '1',
  SESSION_MANAGER_PORT: '0',
  // What snapshots do by themselves is a subject of its own.
  SNAPSHOT_SCHEDULE: 'off',
  SNAPSHOT_AFTER_LOGIN: 'off',
};

export interface StageOptions {
  env?: NodeJS.ProcessEnv;
  standin?: StandinOptions;
  context?: ContextOptions;
  /** Whether a stop, a logout and a delete take a snapshot, as they do in the service. */
  guarded?: boolean;
}

/** A stand-in of WhatsApp and a manager on a data folder of its own, both real down to the browser. */
export class Stage implements AsyncDisposable {
  readonly world: World;
  readonly dataDir: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #options: ContextOptions;
  readonly #isGuarded: boolean;
  #context: Context | null = null;

  private constructor(world: World, dataDir: string, env: NodeJS.ProcessEnv, options: StageOptions) {
    this.world = world;
    this.dataDir = dataDir;
    this.#env = env;
    this.#options = options.context ?? {};
    this.#isGuarded = options.guarded ?? false;
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-real-'));
    const world = await startStandin(options.standin);
    const env = { ...QUICK, LEADMASTER_DATA_DIR: dataDir, CHROME_ARGS: world.chromeArgsText, ...options.env };
    return new Stage(world, dataDir, env, options);
  }

  get sessions(): Context['sessions'] {
    return this.context.sessions;
  }

  get isRunning(): boolean {
    return this.#context !== null;
  }

  get context(): Context {
    if (this.#context === null) throw new Error('the manager is not running');
    return this.#context;
  }

  /** Starts the manager, and the sessions that were running. `schedule`: of snapshots, also by the second, which no setting may be. */
  async start(more: NodeJS.ProcessEnv = {}, { schedule }: { schedule?: string } = {}): Promise<void> {
    const config = readConfig({ ...this.#env, ...more });
    if (schedule !== undefined) config.snapshots.schedule = schedule;
    this.#context = await createContext(config, createServiceLog(config.log).log, this.#options);
    if (!this.#isGuarded) leaveAlone(this.#context);
    await this.sessions.boot();
  }

  async stop(): Promise<void> {
    await this.#context?.close();
    this.#context = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.world.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Links a new session to a phone and waits until it is READY. */
  async link(name: string, phone: string): Promise<Session> {
    await this.sessions.create({ name, start: true, metadata: {} });
    const { qr } = await this.nextQr(name);
    await this.world.phone(phone).scan(qr);
    return this.until(name, 'READY');
  }

  async nextQr(name: string): Promise<QrCode> {
    await this.until(name, 'QR_REQUIRED');
    if (this.context.roster.supervisors().find((s) => s.name === name)?.qr === null) {
      await this.event((event) => event.session === name && event.type === 'session.qr', 20_000, true);
    }
    return this.sessions.qr(name);
  }

  /** Waits, by events, until a session is in a state (and has a reason, if one is given). */
  async until(name: string, state: SessionState, reason?: string, withinMs = PATIENCE_MS): Promise<Session> {
    const there = (s: Session) => s.state === state && (reason === undefined || s.reason === reason);
    const deadline = AbortSignal.timeout(withinMs);
    let after = this.sessions.lastEventId();
    for (;;) {
      const session = await this.sessions.get(name);
      if (there(session)) return session;
      if (deadline.aborted) {
        const path = (await this.sessions.transitions(name, 20)).map((t) => `${t.to} (${t.reason})`).reverse();
        const now = `${session.state} (${session.reason})`;
        throw new Error(
          `${name} is ${now}, not ${state} ${reason ?? ''} after ${withinMs} ms; it went ${path.join(' -> ')}`,
        );
      }
      const page = await this.sessions.events({ session: name, after, limit: 1, waitMs: 1000, signal: deadline });
      after = page.cursor;
    }
  }

  /** The states a session went through, oldest first, as `STATE reason`. */
  async path(name: string): Promise<string[]> {
    return (await this.sessions.transitions(name, 1000)).map((t) => `${t.to} ${t.reason}`).reverse();
  }

  /** The first event that fits, from now on (or from the beginning). */
  async event(fits: (event: AnyEvent) => boolean, withinMs = PATIENCE_MS, fromStart = false): Promise<AnyEvent> {
    const signal = AbortSignal.timeout(Math.max(withinMs, PATIENCE_MS));
    const after = fromStart ? 0 : this.sessions.lastEventId();
    for await (const event of this.sessions.follow({ after, signal })) if (fits(event)) return event;
    throw new Error(`no such event within ${withinMs} ms`);
  }

  /** Every event of a type so far. */
  async eventsOf(name: string, type: string): Promise<AnyEvent[]> {
    const { items } = await this.sessions.events({
      session: name,
      after: 0,
      limit: 10_000,
      waitMs: 0,
      signal: AbortSignal.timeout(1000),
    });
    return items.filter((event) => event.type === type);
  }

  /** What the stand-in noticed that must never happen: a rolled-back or doubled login. */
  clones(): string[] {
    return this.world.observed
      .filter(({ type }) => type === 'rollback' || type === 'duplicate')
      .map(({ type }) => type);
  }

  browserPid(name: string): number {
    const pid = this.context.roster.supervisors().find((s) => s.name === name)?.view.runtime?.pid;
    if (pid === undefined) throw new Error(`${name} has no browser`);
    return pid;
  }
}

/** Orders save and trim nothing: for tests of the sessions alone. */
function leaveAlone({ snapshots, storage }: Context): void {
  const create = snapshots.create.bind(snapshots);
  snapshots.before = async () => undefined;
  storage.trimStopped = async () => undefined;
  snapshots.create = async (session, options) => {
    if (options.reason === 'stopped') throw new Error('no snapshot is taken of what was stopped');
    return create(session, options);
  };
}
