import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writesFail } from '@leadmaster/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { linkSession, NAME, openSessions } from './linked-session.ts';

/** A session that moved away never runs here again, with anything on the disk, until a later generation comes back. */
describe('a session that was given away', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-moved-'));
    await linkSession(dataDir);
  });

  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  /** A running service that has given it away. */
  async function movedAway() {
    const opened = await openSessions(dataDir);
    await opened.sessions.load();
    await opened.sessions.boot();
    await opened.access.moveAway(NAME, 'transferred');
    return opened;
  }

  test('is stopped first, is MOVED, and its profile is in trash', async () => {
    const { sessions, engine, profiles, store } = await movedAway();
    expect(engine.alive).toEqual([]);
    expect(await sessions.get(NAME)).toMatchObject({
      state: 'MOVED',
      stateKind: 'settled',
      reason: 'transferred',
      desired: 'stopped',
      generation: 1,
    });
    expect(await profiles.readRecord(NAME)).toBeNull();
    expect(await profiles.listTrash()).toMatchObject([{ session: NAME, reason: 'transferred', generation: 1 }]);
    store.close();
  });

  test('is not started, neither by an order nor by itself', async () => {
    const { sessions, engine, store } = await movedAway();
    await expect(sessions.start(NAME)).rejects.toMatchObject({ code: 'session_moved' });
    await expect(sessions.restart(NAME)).rejects.toMatchObject({ code: 'session_moved' });
    await sessions.close();
    store.close();

    const again = await openSessions(dataDir);
    await again.sessions.load();
    await again.sessions.boot();
    expect(await again.sessions.get(NAME)).toMatchObject({ state: 'MOVED' });
    expect([...engine.alive, ...again.engine.alive]).toEqual([]);
    again.store.close();
  });

  test('is deleted without a snapshot first: there is nothing here to save', async () => {
    const { sessions, store, around } = await movedAway();
    const saved: string[] = [];
    around.snapshots.before = async (name) => {
      saved.push(name);
    };
    await sessions.delete(NAME);
    expect(saved).toEqual([]);
    expect(store.sessions.get(NAME)).toBeNull();
    await sessions.create({ name: NAME, start: false, metadata: {} });
    await sessions.delete(NAME);
    expect(saved).toEqual([NAME]);
    store.close();
  });

  test('keeps the number of its link, so that its last snapshot is still told', async () => {
    const { store: before } = await openSessions(dataDir);
    const link = before.sessions.get(NAME)?.link;
    before.close();
    const { store } = await movedAway();
    expect(store.sessions.get(NAME)?.link).toBe(link);
    store.close();
  });

  test('names the machine that has it', async () => {
    const { sessions, store } = await movedAway();
    const peer = 'https://other.example:3001';
    store.transfers.begin({
      ...{ id: 't1', role: 'source', session: NAME, generation: 1, phase: 'handed_over', peer, facts: {} },
    });
    for (const order of [sessions.start(NAME), sessions.restart(NAME)])
      await expect(order).rejects.toMatchObject({
        message: `${NAME} has moved to ${peer}`,
        hint: expect.stringContaining(`Start it on ${peer}`),
      });
    store.close();
  });

  test('says in its ERROR where it went and that it never starts here, where the word of it came late', async () => {
    const { sessions, store } = await openSessions(dataDir);
    await sessions.load();
    store.tombstones.add(NAME, 1, null);
    await sessions.start(NAME);
    await vi.waitFor(async () => expect(await sessions.get(NAME)).toMatchObject({ state: 'ERROR' }), 5_000);
    const { reason, hint } = await sessions.get(NAME);
    expect(reason).toBe('session_moved');
    expect(hint).toMatch(/Import its file where it continues.*never starts here/);
    expect(hint).not.toContain('session start');
    await sessions.close();
    store.close();
  });

  test('is not started when its folder was put back by hand', async () => {
    const { sessions, profiles, store } = await movedAway();
    const [trashed] = await profiles.listTrash();
    await cp(trashed?.path ?? '', profiles.locate(NAME), { recursive: true });
    await sessions.close();
    store.close();

    const again = await openSessions(dataDir);
    await again.sessions.load();
    expect(await again.sessions.get(NAME)).toMatchObject({ state: 'MOVED', storage: { bytes: null } });
    expect(await again.profiles.readRecord(NAME)).toBeNull();
    again.store.close();
  });

  test('is MOVED after a crash between the word and the move to trash', async () => {
    const opened = await openSessions(dataDir);
    opened.store.tombstones.add(NAME, 1, null);
    opened.store.close();

    const again = await openSessions(dataDir);
    await again.sessions.load();
    await again.sessions.boot();
    expect(await again.sessions.get(NAME)).toMatchObject({ state: 'MOVED' });
    expect(again.engine.alive).toEqual([]);
    expect(await again.profiles.listTrash()).toHaveLength(1);
    again.store.close();
  });

  test('stays here when the word could not be written', async () => {
    const { sessions, access, store, faults, profiles } = await openSessions(dataDir);
    await sessions.load();
    faults.fails = writesFail;
    await expect(access.moveAway(NAME, 'transferred')).rejects.toMatchObject({ code: 'storage_failed' });
    faults.fails = () => false;
    expect(await sessions.get(NAME)).toMatchObject({ state: 'STOPPED' });
    expect(await profiles.readRecord(NAME)).toMatchObject({ generation: 1 });
    expect(store.tombstones.generation(NAME)).toBeNull();
    store.close();
  });

  test('can be deleted, and its name linked again with a generation above', async () => {
    const { sessions, store, profiles } = await movedAway();
    await sessions.delete(NAME);
    await profiles.emptyTrash(0);
    await sessions.create({ name: NAME, start: true, metadata: {} });
    expect(await sessions.get(NAME)).toMatchObject({ state: 'INITIALIZING', generation: 2 });
    await sessions.close();
    store.close();
  });

  test('is STOPPED when a later generation is put in its place', async () => {
    const { sessions, access, store, profiles } = await movedAway();
    const [trashed] = await profiles.listTrash();
    await access.replace(NAME, { stop: false }, async () => {
      const staged = join(dataDir, 'staging', 'back');
      await cp(trashed?.path ?? '', staged, { recursive: true });
      await profiles.swapIn(NAME, staged, { reason: 'returned', generation: 4, committedAt: new Date().toISOString() });
    });
    expect(await sessions.get(NAME)).toMatchObject({ state: 'STOPPED', generation: 5 });
    await sessions.start(NAME);
    expect(await sessions.get(NAME)).toMatchObject({ state: 'RECONNECTING' });
    await sessions.close();
    store.close();
  });

  test('is STOPPED, and starts, after a crash between its coming back and the word of it', async () => {
    const { sessions, store, profiles } = await movedAway();
    const [trashed] = await profiles.listTrash();
    const staged = join(dataDir, 'staging', 'back');
    await cp(trashed?.path ?? '', staged, { recursive: true });
    await profiles.swapIn(NAME, staged, { reason: 'returned', generation: 4, committedAt: new Date().toISOString() });
    await sessions.close();
    store.close();

    const again = await openSessions(dataDir);
    await again.sessions.load();
    expect(await again.sessions.get(NAME)).toMatchObject({ state: 'STOPPED', generation: 5 });
    await again.sessions.start(NAME);
    expect(await again.sessions.get(NAME)).toMatchObject({ state: 'RECONNECTING' });
    await again.sessions.close();
    again.store.close();
  });
});

describe('a copy of a login', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-copy-'));
    await linkSession(dataDir);
  });

  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  test('starts only once its origin is confirmed to be retired, and then for good', async () => {
    const { sessions, store, profiles, engine } = await openSessions(dataDir);
    await profiles.updateRecord(NAME, { originRetired: false });
    await sessions.load();
    await sessions.boot();
    expect(engine.alive).toEqual([]);
    await expect(sessions.start(NAME)).rejects.toMatchObject({ code: 'origin_not_retired' });
    expect(await sessions.get(NAME)).toMatchObject({ originRetired: false });
    await sessions.start(NAME, { originRetired: true });
    expect(await sessions.get(NAME)).toMatchObject({ state: 'RECONNECTING', originRetired: true });
    await sessions.stop(NAME);
    await sessions.start(NAME);
    expect(await sessions.get(NAME)).toMatchObject({ state: 'RECONNECTING' });
    await sessions.close();
    store.close();
  });
});
