import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account, AnyEvent, Feature } from '@leadmaster/protocol';
import { Slots } from '@leadmaster/service-kit/wait';
import { FakeEngine, type FakeRun, putLevelDb } from '@leadmaster/testkit';
import { pino } from 'pino';
import { expect, onTestFinished, vi } from 'vitest';
import type { BuildSettings } from '../../src/builds/build-deps.ts';
import { Builds } from '../../src/builds/builds.ts';
import type { Answer } from '../../src/builds/page-network.ts';
import { KeptPages } from '../../src/builds/pages.ts';
import { profileNumbers } from '../../src/builds/profile-numbers.ts';
import { readConfig } from '../../src/config/index.ts';
import { Measurements } from '../../src/disk/measurements.ts';
import { createLifecycle } from '../../src/lifecycle/lifecycle.ts';
import { ProfileAccess } from '../../src/lifecycle/profile-access.ts';
import { Roster } from '../../src/lifecycle/roster.ts';
import { SessionOrders } from '../../src/lifecycle/session-orders.ts';
import { Sessions } from '../../src/lifecycle/sessions.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { OpenDepartures } from '../../src/transfer/open-departures.ts';
import { ordersAlone } from '../lifecycle/orders-alone.ts';
import { realClaim } from '../lifecycle/real-claim.ts';
import { pageOf } from './pages.ts';

const STORES = ['Default/Local Storage/leveldb', 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb'];
const unlocked = async () => ({ release: () => undefined });
const log = pino({ level: 'silent' });

export const OLD = '2.3000.1043191242';
export const NEW = '2.3000.1044431423';

/** A machine whose browsers are played: real sessions, book, guard, profiles and database. */
export class GuardedMachine {
  readonly dataDir: string;
  readonly store;
  readonly profiles;
  readonly engine = new FakeEngine();
  readonly roster: Roster;
  readonly profileAccess: ProfileAccess;
  readonly sessions: Sessions;
  readonly builds: Builds;
  readonly pages: KeptPages;
  clock = new Date('2026-09-20T10:00:00.000Z');
  /** What the offline browser reads in a copy; an error is thrown. */
  drilled: Record<string, number> | Error = new Error('nothing was to be read');
  drills = 0;
  /** Copies taken before a change, by session. */
  readonly copies: string[] = [];
  copyWorks = true;
  /** What WhatsApp's hosts answer. */
  answer: (method: string, url: string) => Answer | null = () => null;
  /** How they answer; the default at once. */
  ask = async (method: string, url: string): Promise<Answer | null> => this.answer(method, url);
  /** What self-tests have proven broken, by session: of the features that LeadMaster needs. */
  readonly broken = new Map<string, Feature[]>();
  readonly #linked: string[] = [];

  constructor(dataDir: string, settings: Partial<BuildSettings>) {
    this.dataDir = dataDir;
    const paths = dataPaths(dataDir);
    this.store = createStateStore({ file: join(dataDir, 'state.db'), now: () => this.clock });
    this.profiles = createProfileStore({ dataDir });
    this.pages = new KeptPages(paths.webCache);
    const { store, profiles } = this;
    this.roster = new Roster(profiles);
    this.profileAccess = new ProfileAccess({ roster: this.roster, profiles, store, lockIdle: unlocked, log });
    this.builds = this.#builds(settings);
    this.sessions = this.#openSessions();
  }

  static async open(settings: Partial<BuildSettings> = {}, dataDir?: string): Promise<GuardedMachine> {
    const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'leadmaster-builds-')));
    for (const name of ['tokens', 'staging', 'trash', 'locks', 'webcache'])
      await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    await mkdir(dataPaths(folder).webCache, { recursive: true });
    const machine = new GuardedMachine(folder, settings);
    onTestFinished(async () => {
      await machine.close();
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    });
    return machine;
  }

  #builds(settings: Partial<BuildSettings>): Builds {
    const { store, profiles, pages } = this;
    const drill = {
      numbers: async () => {
        this.drills += 1;
        if (this.drilled instanceof Error) throw this.drilled;
        return this.drilled;
      },
    };
    return new Builds(
      {
        settings: {
          ...{ pinned: null, isGuarded: false, canary: null, readyMs: 60_000, passMs: 600_000, lookMs: 3_600_000 },
          // Nothing is sent, and no page reloads itself, where a test does not say so.
          quietMs: 600_000,
          pauseMs: 3_600_000,
          ...settings,
        },
        ...{ store, profiles, pages, log },
        network: { ask: (method, url) => this.ask(method, url) },
        numbers: (session, profileDir, signal) =>
          profileNumbers({ paths: dataPaths(this.dataDir), profiles, drill, log }, session, profileDir, signal),
        copy: async (session) => {
          this.copies.push(session);
          return this.copyWorks;
        },
        now: () => this.clock,
      },
      {
        candidates: () => this.roster.names(),
        look: (session) => {
          const view = this.roster.find(session)?.view;
          if (view === undefined) return null;
          const running = view.runtime === null ? null : (store.builds.session(session)?.running ?? null);
          return { state: view.state, reason: view.reason, running, broken: this.broken.get(session) ?? [] };
        },
        restart: async (session) => {
          await this.profileAccess.whileStopped(
            session,
            { restart: true, reason: 'build_change' },
            async () => undefined,
          );
        },
      },
    );
  }

  #openSessions(): Sessions {
    const { store, profiles, engine, dataDir } = this;
    const { roster, profileAccess } = this;
    const measurements = new Measurements({ profiles, store, log, warnBytes: Number.POSITIVE_INFINITY });
    const departures = new OpenDepartures({ profiles, store, refuseHeld: () => undefined });
    const lifecycle = createLifecycle({
      config: readConfig({ LEADMASTER_DATA_DIR: dataDir, BACKOFF_FIRST_MS: '5', BACKOFF_MAX_S: '0.01' }),
      ...{ store, profiles, engine, log, roster, profileAccess, measurements, lockIdle: unlocked },
      builds: this.builds,
      places: new Slots(4),
      claim: realClaim({ dataDir, profiles, store }),
      openTransfer: (session) => departures.openTransfer(session),
      firstLook: async () => undefined,
      startsBrowsers: true,
    });
    const orders = new SessionOrders({ ...lifecycle, ...ordersAlone(), departures, store, profiles, log });
    return new Sessions({ ...lifecycle, store, profiles, log, orders });
  }

  /** A session with a login whose stores are whole; its databases are as new as told, where that was noted. */
  async link(name: string, databases: Record<string, number> | null): Promise<void> {
    this.store.sessions.insert({ name, metadata: {}, desired: 'stopped' });
    this.store.sessions.touch(name, { caughtUpTo: new Date().toISOString() });
    await this.profiles.create(name);
    for (const folder of STORES) await putLevelDb(join(this.profiles.locate(name), folder));
    await this.profiles.updateRecord(name, { committedAt: new Date().toISOString(), chromiumVersion: '156.0.0.0' });
    if (databases !== null) await this.profiles.noteDatabases(name, 1, { numbers: databases, mayBeHigher: false });
    await this.sessions.load();
  }

  /** Keeps the page of a build, and knows it as good where that is said. */
  async keep(build: string, knobs: Record<string, number>, verdict?: 'good' | 'bad'): Promise<void> {
    await this.pages.keep(build, pageOf(build, knobs));
    const own = Object.entries(knobs).flatMap(([knob, r]) => (knob === '1617' ? [['model-storage', r] as const] : []));
    this.store.builds.seen(build, { session: '', knobs: Object.fromEntries(own) });
    if (verdict !== undefined) this.store.builds.judge(build, { verdict, reason: 'a test says so', sessions: [] });
  }

  /** The next browser of a session, once it was started. */
  async started(name: string, before: number): Promise<FakeRun> {
    await vi.waitFor(() => {
      if (this.#runsOf(name).length <= before) throw new Error(`${name} was not started`);
    }, 3000);
    const run = this.#runsOf(name).at(-1);
    if (run === undefined) throw new Error('no run');
    return run;
  }

  #runsOf(name: string): FakeRun[] {
    return this.engine.runs.filter((run) => run.session === name);
  }

  runs(name: string): number {
    return this.#runsOf(name).length;
  }

  /** Starts a session and has its page load a build and log in. */
  async ready(
    name: string,
    page: { build: string; html?: string | null; databases?: Record<string, number> },
  ): Promise<FakeRun> {
    const before = this.runs(name);
    await this.sessions.start(name);
    return this.comesUp(await this.started(name, before), name, page);
  }

  async comesUp(
    run: FakeRun,
    name: string,
    { build, html = null, databases = { 'model-storage': 198 } }: Parameters<GuardedMachine['ready']>[1],
  ): Promise<FakeRun> {
    run.page = { ...run.page, build, databases };
    this.broken.delete(name);
    run.tell({ type: 'page', build, html });
    run.tell({ type: 'authenticated' });
    const probes = run.probes;
    run.tell({ type: 'ready', account: this.#accountOf(name), webVersion: build });
    await this.until(name, 'READY');
    await vi.waitFor(() => expect(run.probes).toBeGreaterThan(probes), 3000);
    // The answer has reached who asked.
    await new Promise((resolve) => setImmediate(resolve));
    await this.builds.idle();
    return run;
  }

  /** Each session has an account of its own. */
  #accountOf(name: string): Account {
    if (!this.#linked.includes(name)) this.#linked.push(name);
    const phone = String(5_491_100_000_001 + this.#linked.indexOf(name));
    return { id: `${phone}@c.us`, phone, name };
  }

  async until(name: string, state: string): Promise<void> {
    await vi.waitFor(async () => {
      const now = await this.sessions.get(name);
      if (now.state !== state) throw new Error(`${name} is ${now.state} (${now.reason}), not ${state}`);
    }, 3000);
  }

  /** The self-test of a session finds a feature broken, on the page that it runs. */
  async findsBroken(session: string, feature: Feature): Promise<void> {
    this.broken.set(session, [feature]);
    await this.builds.advance();
  }

  async pass(seconds: number): Promise<void> {
    this.clock = new Date(this.clock.getTime() + seconds * 1000);
    await this.builds.advance();
  }

  events(type: string): AnyEvent[] {
    return this.store.events.after(0, 1000).filter((event) => event.type === type);
  }

  verdict(build: string): string | undefined {
    return this.store.builds.get(build)?.verdict;
  }

  #isClosed = false;

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.sessions.close();
    await this.builds.close();
    this.store.close();
  }
}
