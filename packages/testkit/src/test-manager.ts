import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot, SnapshotReason } from '@leadmaster/protocol';
import type { HttpApp } from '@leadmaster/service-kit/http';
import { pino } from 'pino';
import { effectiveSettings, readConfig } from '../../session-manager/src/config/index.ts';
import { type Context, createContext } from '../../session-manager/src/context.ts';
import { type Diagnosis, NO_DIAGNOSIS } from '../../session-manager/src/http/diagnosis.ts';
import type { HttpTiming } from '../../session-manager/src/http/http-app.ts';
import { createHttpServer } from '../../session-manager/src/http/server.ts';
import type { PlaceProbe } from '../../session-manager/src/profile/place.ts';
import type { StateStore } from '../../session-manager/src/state/state-store.ts';
import type { PlayedCapture } from './capture-here.ts';
import type { FakeEngine } from './fake-engine.ts';
import type { FaultyBlobStore } from './faulty-blob-store.ts';
import type { Faults } from './faulty-state-store.ts';
import { counted } from './fuzz/counted.ts';
import { playOutside } from './played-outside.ts';
import { damagePacks, remember } from './played-vault.ts';
import { Stage } from './stage.ts';

export const ADMIN_KEY = 'admin-key-of-the-tests';
export const SERVICE_TOKEN = 'service-token-of-the-tests';

/** Where a sync to the disk costs nothing: a start has dozens of them. `npm test` says where, and looks what is left there. */
export const QUICK_DISK = process.env.LEADMASTER_TEST_MEMORY || (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());

export interface TestManagerOptions {
  /** Settings beside those that keep it quiet. */
  env?: Record<string, string>;
  timing?: Partial<HttpTiming>;
  ready?: () => boolean;
  /** Where its data lies; a folder of its own, removed at the end, unless given. */
  dataDir?: string;
  /** The vault's objects; none at first. */
  blobs?: FaultyBlobStore;
  /** The key of that vault, where another machine has made it. */
  vaultKey?: Buffer;
  probe?: PlaceProbe;
  /** What the host tells of the installation; nothing unless given. */
  diagnosis?: Diagnosis;
  /** Gets each order that is under way, also those whose caller has hung up. */
  orders?: Set<Promise<unknown>>;
  /** The number of the session that is linked first, where another machine has sessions of its own. */
  firstPhone?: number;
  /** Where it answers; any free port unless given. */
  port?: number;
  /** Sets the browsers up before the first of them is started. */
  play?: (engine: FakeEngine) => void;
}

/** A session manager as the service is composed, over HTTP, on a loopback port of its own. */
export interface TestManager {
  context: Context;
  app: HttpApp;
  port: number;
  dataDir: string;
  /** What the service has written to its log. */
  logLines: string[];
  /** The browsers. */
  engine: FakeEngine;
  stage: Stage;
  /** Leads a session into a state: `Stage.given`. */
  given: Stage['given'];
  until: Stage['until'];
  /** Takes a snapshot of a session that has a login. */
  take(session: string, reason?: SnapshotReason): Promise<Snapshot>;
  /** All that an order could change: sessions, events, and the vault's objects. */
  fingerprint(): Promise<string>;
  /** The vault's store, and how it fails. */
  blobs: FaultyBlobStore;
  /** Damages every pack: what snapshots are made of. */
  damageVault(): Promise<void>;
  /** Remembers what the vault holds now. What it resolves to puts that back, as an older copy of its disk. */
  olderVault(): Promise<() => Promise<void>>;
  /** Copies of profiles, which can be held. */
  captures: PlayedCapture;
  /** The database, and how it fails. */
  store: StateStore;
  faults: Faults;
  /** How many callers wait for an event just now. */
  waiters(): number;
  /** Ends the service in order, also one whose end has begun. Its data stay. */
  stop(): Promise<void>;
  /** Ends the service, and removes its data. */
  close(): Promise<void>;
}

/** Starts the real services on a real folder and database; browsers are played, and the vault's objects lie in memory. */
export async function startTestManager(options: TestManagerOptions = {}): Promise<TestManager> {
  // One that is given is its giver's to remove: this process may be killed.
  const folder = options.dataDir === undefined ? await mkdtemp(join(QUICK_DISK, 'leadmaster-manager-')) : null;
  const dataDir = options.dataDir ?? join(folder ?? '', 'data');
  if (options.vaultKey !== undefined) {
    await mkdir(dataDir, { mode: 0o700 });
    await writeFile(join(dataDir, 'vault.key'), options.vaultKey, { mode: 0o600 });
  }
  const { outside, engine, captures, blobs, database } = playOutside(options.blobs);
  options.play?.(engine);
  const logLines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });
  const env = { ...quiet(dataDir), ...options.env };
  const config = readConfig(env);
  const { probe, ready = () => true, timing = {}, diagnosis = NO_DIAGNOSIS } = options;
  const context = await createContext(config, log, { outside, ...(probe === undefined ? {} : { probe }) });
  const { store, faults } = database();
  // The service listens to its own events.
  const own = database().listeners;
  const app = await createHttpServer({
    ...context,
    ...(options.orders === undefined ? {} : countedServices(context, options.orders)),
    settings: effectiveSettings({ env, file: null, fromFile: {} }, config),
    keys: context.secrets,
    ...{ ready, timing, diagnosis },
  });
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  await context.sessions.boot();
  const { port } = app.server.address() as AddressInfo;
  const stage = new Stage(context, engine, options.firstPhone);
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= end();
    return stopping;
  };
  async function end(): Promise<void> {
    blobs.heal();
    captures.release();
    await app.close();
    faults.fails = () => false;
    await context.close();
  }
  return {
    ...{ context, app, port, dataDir, logLines, engine, stage, blobs, captures, store, faults },
    given: (name, state) => stage.given(name, state),
    until: (name, state) => stage.until(name, state),
    take: (session, reason = 'requested') => context.snapshots.create(session, { reason }),
    fingerprint: () => fingerprint(context, blobs),
    damageVault: () => damagePacks(blobs),
    olderVault: () => remember(blobs),
    waiters: () => database().listeners - own,
    stop,
    async close() {
      await stop();
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}

function countedServices(context: Context, orders: Set<Promise<unknown>>) {
  return {
    sessions: counted(context.sessions, orders),
    snapshots: counted(context.snapshots, orders),
    storage: counted(context.storage, orders),
    adoption: counted(context.adoption, orders),
    trash: counted(context.trash, orders),
    departures: counted(context.departures, orders),
    arrivals: counted(context.arrivals, orders),
  };
}

function quiet(dataDir: string): Record<string, string> {
  return {
    LEADMASTER_DATA_DIR: dataDir,
    LEADMASTER_ADMIN_KEY: ADMIN_KEY,
    LEADMASTER_SERVICE_TOKEN: SERVICE_TOKEN,
    SNAPSHOT_SCHEDULE: 'off',
    SNAPSHOT_AFTER_LOGIN: 'off',
    DISK_MIN_FREE_MB: '1',
  };
}

async function fingerprint({ sessions }: Context, blobs: FaultyBlobStore): Promise<string> {
  const { items } = await sessions.list();
  const objects = await Array.fromAsync(blobs.list(''));
  return JSON.stringify([sessions.lastEventId(), items, objects]);
}
