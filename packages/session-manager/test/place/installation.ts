import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { LeadMasterError, type Session } from '@leadmaster/protocol';
import { useLevelDb } from '@leadmaster/testkit';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { type Context, createContext } from '../../src/context.ts';
import type { BrowserFound } from '../../src/engine/browser/find.ts';
import type { SessionEngine } from '../../src/engine/engine.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { type PlaceProbe, thisProbe } from '../../src/profile/place.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { putProfile } from '../adopt/profiles.ts';

export const NAMES = ['soporte', 'ventas'];
/** What a session comes to that is started here: nothing holds it back, and there is no browser. */
export const STARTS = { state: 'ERROR', reason: 'browser_missing' };
export const PLACE_WAITS = { state: 'STOPPED', reason: 'place_changed', stateKind: 'needs_person' };
export const VAULT_WAITS = { state: 'STOPPED', reason: 'older_than_vault', stateKind: 'needs_person' };

const OLD_RECORD = { committedAt: '2026-01-02T03:04:05.000Z', chromiumVersion: '100.0.1.2' };

/** As old as the profiles: an update would save each before its start. */
const BROWSER: BrowserFound = {
  ...{ path: '/nonexistent/chromium', product: 'Chromium', version: OLD_RECORD.chromiumVersion, major: 100 },
  kind: 'chromium',
};
/** A browser that is gone when it is to run. */
const NO_BROWSER: SessionEngine = {
  name: 'none',
  start: async () => {
    throw new LeadMasterError('browser_missing', 'The browser is gone.', 'Install one.');
  },
};

/** A service on a data folder, real down to the browser, which is missing: so it is seen which sessions are started. */
export class Installation {
  dataDir: string;
  readonly vault: string;
  probe: PlaceProbe = thisProbe;
  readonly env: NodeJS.ProcessEnv = {};
  #context: Context | null = null;

  constructor(dataDir: string, vault: string) {
    this.dataDir = dataDir;
    this.vault = vault;
    onTestFinished(() => this.stop());
  }

  /** Two linked sessions that are to run, as a version leaves them that knows nothing of places. */
  static async linked(folder: string, dataDir = join(folder, 'data')): Promise<Installation> {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const store = createStateStore({ file: join(dataDir, 'session-manager.db') });
    const profiles = createProfileStore({ dataDir });
    for (const name of NAMES) {
      store.sessions.insert({ name, metadata: {}, desired: 'running' });
      store.sessions.tellFrom(name, new Date());
      await profiles.create(name);
      await putProfile(profiles.locate(name));
      await profiles.updateRecord(name, OLD_RECORD);
    }
    store.close();
    return new Installation(dataDir, join(folder, 'vault'));
  }

  get context(): Context {
    if (this.#context === null) throw new Error('the service is not running');
    return this.#context;
  }

  config() {
    return readConfig({
      ...{ LEADMASTER_DATA_DIR: this.dataDir, CHROME_PATH: '/nonexistent/chromium', DISK_MIN_FREE_MB: '1' },
      ...{ VAULT_URL: `file:${this.vault}`, VAULT_KEY_FILE: `${this.vault}.key` },
      ...{ SNAPSHOT_SCHEDULE: 'off', SNAPSHOT_AFTER_LOGIN: 'off' },
      ...this.env,
    });
  }

  /** Starts the service and resolves to its sessions, once each was started or held back. */
  async start(): Promise<Session[]> {
    const options = { probe: this.probe, outside: { browsers: { find: async () => BROWSER }, engine: NO_BROWSER } };
    this.#context = await createContext(this.config(), pino({ level: 'silent' }), options);
    toldAtRest(this.context.sessions);
    await this.context.sessions.boot();
    return (await this.context.sessions.list()).items;
  }

  async restart(): Promise<Session[]> {
    await this.stop();
    return this.start();
  }

  async stop(): Promise<void> {
    await this.#context?.close();
    this.#context = null;
  }

  /** Commands with the service down ask for the version of this machine's browser. */
  withBrowser(): void {
    this.env.CHROME_PATH = '';
  }

  /** Changes what the database of a stopped service says. */
  change(work: (store: StateStore) => void): void {
    const store = createStateStore({ file: join(this.dataDir, 'session-manager.db') });
    try {
      work(store);
    } finally {
      store.close();
    }
  }

  /** Uses a login, as a browser does that runs on it. */
  async use(name: string): Promise<void> {
    for (const store of Object.values(LOGIN_STORES)) await useLevelDb(join(this.dataDir, 'tokens', name, store));
  }

  async snapshot(name: string): Promise<string> {
    return (await this.context.snapshots.create(name, { reason: 'requested' })).id;
  }

  /** Another installation's view of it: the same folder as it was copied to another path. */
  at(dataDir: string): Installation {
    const other = new Installation(dataDir, this.vault);
    other.probe = this.probe;
    return other;
  }
}

/** A browser that is gone is noticed after the order that wanted it: sessions are told once they have come to rest. */
function toldAtRest(sessions: Context['sessions']): void {
  const [start, list] = [sessions.start.bind(sessions), sessions.list.bind(sessions)];
  const atRest = (name: string): Promise<Session> => sessions.settled(name, 20_000, new AbortController().signal);
  sessions.get = atRest;
  sessions.start = async (name, said) => {
    await start(name, said);
    return atRest(name);
  };
  sessions.list = async (query) => {
    for (const { name } of (await list(query)).items) await atRest(name);
    return list(query);
  };
}

/** Runs a program that an operator would run. */
export function sh(...command: string[]): void {
  const [program = '', ...args] = command;
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
