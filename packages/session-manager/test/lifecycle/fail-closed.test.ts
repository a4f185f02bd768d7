import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { FakeEngine, faultyStateStore, putLevelDb, readsFail, writesFail } from '@leadmaster/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Slots } from '../../src/concurrency/slots.ts';
import { readConfig } from '../../src/config/index.ts';
import { claimProfile } from '../../src/lifecycle/claim.ts';
import { SessionRegistry } from '../../src/lifecycle/session-registry.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import * as files from '../../src/profile/files.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import type { ProfileStore } from '../../src/profile/profile-store.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';

const NAME = 'ventas';
const log = pino({ level: 'silent' });
const STORES = ['Default/Local Storage/leveldb', 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb'];

/** A store that cannot be read is never "no session": nothing is started, nothing overwritten, no QR asked for. */
describe('with a linked session', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-closed-'));
  });

  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  async function open(changes: { fs?: files.ProfileFs } = {}) {
    const { store, faults } = faultyStateStore(createStateStore({ file: join(dataDir, 'state.db') }));
    const profiles: ProfileStore = createProfileStore({ dataDir, ...changes });
    const engine = new FakeEngine();
    const sessions = new SessionRegistry({
      config: readConfig({ LEADMASTER_DATA_DIR: dataDir, BACKOFF_FIRST_MS: '5', BACKOFF_MAX_S: '0.01' }),
      store,
      profiles,
      engine,
      log,
      places: new Slots(4),
      lockIdle: async () => ({ release: () => undefined }),
      claim: (session) =>
        claimProfile(
          {
            paths: dataPaths(dataDir),
            profiles,
            log,
            browserVersion: async () => '156.0.0.0',
            minFreeBytes: 0,
            beforeUpgrade: async () => undefined,
            movedGeneration: () => null,
    wasLinked: (name) => store.sessions.get(name)?.caughtUpTo != null,
          },
          session,
        ),
    });
    return { store, faults, profiles, engine, sessions };
  }

  /** A profile with both stores whole, committed, and known to the database. */
  async function linked(): Promise<void> {
    const { store, profiles } = await open();
    store.sessions.insert({ name: NAME, metadata: {}, desired: 'running' });
    store.sessions.touch(NAME, { caughtUpTo: new Date().toISOString() });
    await profiles.create(NAME);
    for (const folder of STORES) await putLevelDb(join(profiles.locate(NAME), folder));
    await profiles.updateRecord(NAME, { committedAt: new Date().toISOString(), chromiumVersion: '156.0.0.0' });
    store.close();
  }

  it('starts with the saved login while everything can be read', async () => {
    await linked();
    const { sessions, engine, store } = await open();
    await sessions.load();
    await sessions.boot();
    expect(await sessions.get(NAME)).toMatchObject({ state: 'RECONNECTING' });
    await sessions.close();
    expect(engine.alive).toEqual([]);
    store.close();
  });

  it('starts nothing when the database cannot be read, and everything when it can again', async () => {
    await linked();
    const { sessions, engine, store, faults } = await open();
    await sessions.load();
    faults.fails = readsFail;
    await expect(sessions.boot()).rejects.toMatchObject({ code: 'storage_failed' });
    await expect(sessions.get(NAME)).rejects.toMatchObject({ code: 'storage_failed' });
    await expect(sessions.start(NAME)).rejects.toMatchObject({ code: 'storage_failed' });
    await expect(sessions.create({ name: NAME, start: true, metadata: {} })).rejects.toBeInstanceOf(LeadMasterError);
    expect(engine.runs).toEqual([]);
    faults.fails = () => false;
    expect(await sessions.start(NAME)).toMatchObject({ state: 'RECONNECTING' });
    await sessions.close();
    store.close();
  });

  it('does not take up sessions from a database that cannot be read', async () => {
    await linked();
    const { sessions, store, faults } = await open();
    faults.fails = readsFail;
    await expect(sessions.load()).rejects.toMatchObject({ code: 'storage_failed' });
    expect(sessions.supervisors()).toEqual([]);
    store.close();
  });

  it('makes nothing when the database refuses to write', async () => {
    const { sessions, engine, store, faults } = await open();
    await sessions.load();
    faults.fails = writesFail;
    await expect(sessions.create({ name: NAME, start: true, metadata: {} })).rejects.toMatchObject({
      code: 'storage_failed',
    });
    expect(engine.runs).toEqual([]);
    faults.fails = () => false;
    expect(await sessions.create({ name: NAME, start: true, metadata: {} })).toMatchObject({ state: 'INITIALIZING' });
    await sessions.close();
    store.close();
  });

  it.each(['lstat', 'readdir', 'readFile', 'open'] as const)(
    'asks for no QR when the disk fails to %s',
    async (call) => {
      await linked();
      const before = await readdir(join(dataDir, 'tokens', NAME), { recursive: true });
      let broken = false;
      const fs = {
        ...files.realFs,
        [call]: (...args: unknown[]): unknown => {
          const path = String(args[0]);
          if (broken && path.startsWith(join(dataDir, 'tokens', NAME))) {
            return Promise.reject(Object.assign(new Error(`EIO: i/o error, ${call}`), { code: 'EIO' }));
          }
          return Reflect.apply(files.realFs[call], files.realFs, args);
        },
      };
      const { sessions, engine, store } = await open({ fs });
      await sessions.load();
      broken = true;
      const session = await sessions.start(NAME).catch(() => sessions.get(NAME));
      if (call === 'open') expect(session.state).toBe('RECONNECTING');
      else {
        expect(session).toMatchObject({ state: 'ERROR', reason: 'profile_unreadable' });
        expect(engine.runs).toEqual([]);
      }
      expect(await readdir(join(dataDir, 'tokens', NAME), { recursive: true })).toEqual(before);
      broken = false;
      expect(await sessions.start(NAME)).toMatchObject({ state: 'RECONNECTING' });
      await sessions.close();
      store.close();
    },
  );

  it('stops also where nothing can be written down or measured', async () => {
    await linked();
    const { sessions, engine, store, faults } = await open();
    await sessions.load();
    await sessions.start(NAME);
    await vi.waitFor(() => expect(engine.alive).toHaveLength(1));
    faults.fails = writesFail;
    await expect(sessions.stop(NAME)).rejects.toMatchObject({ code: 'storage_failed' });
    expect(engine.alive).toEqual([]);
    faults.fails = () => false;
    await rm(join(dataDir, 'tokens', NAME, 'Default'), { recursive: true });
    await writeFile(join(dataDir, 'tokens', NAME, 'Default'), '');
    expect(await sessions.stop(NAME)).toMatchObject({ state: 'STOPPED', desired: 'stopped' });
    await sessions.close();
    store.close();
  });

  it('lists fifty sessions at once', async () => {
    const { sessions, store } = await open();
    for (let index = 0; index < 50; index += 1) {
      await sessions.create({ name: `cliente-${index}`, start: false, metadata: {} });
    }
    await sessions.list();
    const began = performance.now();
    expect(await sessions.list()).toHaveLength(50);
    expect(performance.now() - began).toBeLessThan(250);
    await sessions.close();
    store.close();
  });
});
