import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Slots } from '@leadmaster/service-kit/wait';
import { FakeEngine, faultyStateStore, putLevelDb } from '@leadmaster/testkit';
import { pino } from 'pino';
import { expect, vi } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { Measurements } from '../../src/disk/measurements.ts';
import { createLifecycle } from '../../src/lifecycle/lifecycle.ts';
import { ProfileAccess } from '../../src/lifecycle/profile-access.ts';
import { Roster } from '../../src/lifecycle/roster.ts';
import { SessionOrders } from '../../src/lifecycle/session-orders.ts';
import { Sessions } from '../../src/lifecycle/sessions.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import type { ProfileFs } from '../../src/profile/files.ts';
import type { ProfileStore } from '../../src/profile/profile-store.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { OpenDepartures } from '../../src/transfer/open-departures.ts';
import { UNGUARDED_BUILDS } from '../builds/unguarded.ts';
import { ordersAlone } from './orders-alone.ts';
import { realClaim } from './real-claim.ts';

export const NAME = 'ventas';
export const STORES = ['Default/Local Storage/leveldb', 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb'];

const log = pino({ level: 'silent' });

/** Sessions over a real folder and database, with an engine that is played; both may fail. */
export async function openSessions(
  dataDir: string,
  { env, ...changes }: { fs?: ProfileFs; env?: NodeJS.ProcessEnv } = {},
) {
  const { store, faults } = faultyStateStore(createStateStore({ file: join(dataDir, 'state.db') }));
  const profiles: ProfileStore = createProfileStore({ dataDir, ...changes });
  const engine = new FakeEngine();
  const roster = new Roster(profiles);
  const lockIdle = async () => ({ release: () => undefined });
  const profileAccess = new ProfileAccess({ roster, profiles, store, lockIdle, log });
  const measurements = new Measurements({ profiles, store, log, warnBytes: Number.POSITIVE_INFINITY });
  const departures = new OpenDepartures({ profiles, store, refuseHeld: () => undefined });
  const lifecycle = createLifecycle({
    config: readConfig({ LEADMASTER_DATA_DIR: dataDir, BACKOFF_FIRST_MS: '5', BACKOFF_MAX_S: '0.01', ...env }),
    ...{ store, profiles, engine, log, roster, profileAccess, measurements, lockIdle },
    places: new Slots(4),
    builds: UNGUARDED_BUILDS,
    claim: realClaim({ dataDir, profiles, store }),
    openTransfer: (session) => departures.openTransfer(session),
    firstLook: async () => undefined,
    startsBrowsers: true,
  });
  const around = ordersAlone();
  const orders = new SessionOrders({ ...lifecycle, ...around, departures, store, profiles, log });
  const sessions = new Sessions({ ...lifecycle, store, profiles, log, orders });
  return { ...lifecycle, store, faults, profiles, engine, sessions, around };
}

/** Puts both stores of a login into the session's profile, as a browser would have written them. */
export async function putLogin(profiles: ProfileStore, name = NAME): Promise<void> {
  for (const folder of STORES) await putLevelDb(join(profiles.locate(name), folder));
}

/** Leaves a profile with both stores whole, committed, and known to the database as one that is to run. */
export async function linkSession(dataDir: string): Promise<void> {
  const { store, profiles } = await openSessions(dataDir);
  store.sessions.insert({ name: NAME, metadata: {}, desired: 'running' });
  store.sessions.touch(NAME, { caughtUpTo: new Date().toISOString() });
  await profiles.create(NAME);
  await putLogin(profiles);
  await profiles.updateRecord(NAME, { committedAt: new Date().toISOString(), chromiumVersion: '156.0.0.0' });
  store.close();
}

export type Opened = Awaited<ReturnType<typeof openSessions>>;

/** A service that has brought back the one session of a new folder; its browser has started. */
export async function bootLinked(): Promise<{ dataDir: string; opened: Opened }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-linked-'));
  await linkSession(dataDir);
  const opened = await openSessions(dataDir);
  await opened.sessions.load();
  await opened.sessions.boot();
  await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(1));
  return { dataDir, opened };
}

/** Ends the service and takes its folder away. */
export async function endSessions(opened: Opened, dataDir: string): Promise<void> {
  await opened.sessions.close();
  opened.store.close();
  await rm(dataDir, { recursive: true, force: true });
}
