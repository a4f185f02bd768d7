import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writesFail } from '@leadmaster/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linkSession, NAME, openSessions } from './linked-session.ts';

/** Orders whose first part is done when the disk refuses: what is told is what is so. */
describe('an order on a full disk', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-full-'));
    await linkSession(dataDir);
  });

  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  async function running() {
    const opened = await openSessions(dataDir);
    await opened.sessions.load();
    await opened.sessions.boot();
    await expect.poll(() => opened.engine.runs.length).toBe(1);
    return opened;
  }

  test('stop: it is stopped, which is told, with what is left to do; said again with room, it stays stopped', async () => {
    const { sessions, engine, store, faults } = await running();
    faults.fails = writesFail;
    const refused = await sessions.stop(NAME).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'storage_failed',
      message: expect.stringMatching(/^ventas is stopped, but this could not be noted: /),
      hint: expect.stringMatching(/restart of the service starts it again/),
    });
    expect(engine.alive).toEqual([]);
    faults.fails = () => false;
    expect(await sessions.get(NAME)).toMatchObject({ state: 'STOPPED', desired: 'running' });
    expect(await sessions.stop(NAME)).toMatchObject({ state: 'STOPPED', desired: 'stopped' });
    store.close();
  });

  test('restart: it is refused before anything is stopped', async () => {
    const { sessions, engine, store, faults } = await running();
    faults.fails = writesFail;
    await expect(sessions.restart(NAME)).rejects.toMatchObject({ code: 'storage_failed' });
    expect(engine.alive).toHaveLength(1);
    faults.fails = () => false;
    expect(await sessions.restart(NAME)).toMatchObject({ state: 'RECONNECTING', desired: 'running' });
    await sessions.close();
    store.close();
  });

  test('delete: refused as a whole, or told that the profile is in the trash; said again it is finished', async () => {
    const { sessions, engine, store, faults } = await running();
    faults.fails = writesFail;
    await expect(sessions.delete(NAME)).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.not.stringMatching(/stopped/),
    });
    expect(engine.alive).toHaveLength(1);
    faults.fails = (call) => call === 'sessions.remove';
    await expect(sessions.delete(NAME)).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringMatching(/^ventas is stopped and its profile is in the trash, but/),
      hint: expect.stringContaining('./leadmaster session delete ventas'),
    });
    faults.fails = () => false;
    await sessions.delete(NAME);
    await expect(sessions.get(NAME)).rejects.toMatchObject({ code: 'session_not_found' });
    await sessions.close();
    store.close();
  });

  test('delete --purge: that the snapshots are destroyed is told', async () => {
    const { sessions, store, faults } = await running();
    faults.fails = (call) => call === 'sessions.setDesired';
    await expect(sessions.delete(NAME, { purge: true })).rejects.toMatchObject({
      message: expect.stringMatching(/^the snapshots of ventas are destroyed, but/),
      hint: expect.stringContaining('--purge'),
    });
    faults.fails = () => false;
    await sessions.close();
    store.close();
  });
});
