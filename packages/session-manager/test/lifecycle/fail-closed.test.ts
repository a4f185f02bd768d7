import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { readsFail, writesFail } from '@leadmaster/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as files from '../../src/profile/files.ts';
import { linkSession, NAME, openSessions } from './linked-session.ts';

/** A store that cannot be read is never "no session": nothing is started, nothing overwritten, no QR asked for. */
describe('with a linked session', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-closed-'));
  });

  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  const open = (changes: { fs?: files.ProfileFs } = {}) => openSessions(dataDir, changes);
  const linked = () => linkSession(dataDir);

  test('starts with the saved login while everything can be read', async () => {
    await linked();
    const { sessions, engine, store } = await open();
    await sessions.load();
    await sessions.boot();
    expect(await sessions.get(NAME)).toMatchObject({ state: 'RECONNECTING' });
    await sessions.close();
    expect(engine.alive).toEqual([]);
    store.close();
  });

  test.each([
    ['the record', join('tokens', NAME, '.leadmaster.json'), /\.leadmaster\.json, is missing/],
    ['the folder', join('tokens', NAME), /its profile .* is missing/],
  ])('names what is missing: %s', async (_, gone, said) => {
    await linked();
    await rm(join(dataDir, gone), { recursive: true });
    const { sessions, engine, store } = await open();
    await sessions.load();
    await sessions.boot();
    const { state, reason, hint } = await sessions.get(NAME);
    expect([state, reason]).toEqual(['ERROR', 'login_missing']);
    expect(hint).toMatch(said);
    expect(hint).toContain(`"./leadmaster snapshot restore ${NAME} ID"`);
    expect(engine.runs).toEqual([]);
    await sessions.close();
    store.close();
  });

  test('starts nothing when the database cannot be read, and everything when it can again', async () => {
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

  test('does not take up sessions from a database that cannot be read', async () => {
    await linked();
    const { sessions, roster, store, faults } = await open();
    faults.fails = readsFail;
    await expect(sessions.load()).rejects.toMatchObject({ code: 'storage_failed' });
    expect(roster.supervisors()).toEqual([]);
    store.close();
  });

  test('makes nothing when the database refuses to write', async () => {
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

  test.each(['lstat', 'readdir', 'readFile', 'open'] as const)(
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

  test('stops also where nothing can be written down or measured', async () => {
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

  test('lists fifty sessions at once', async () => {
    const { sessions, store } = await open();
    for (let index = 0; index < 50; index += 1) {
      await sessions.create({ name: `cliente-${index}`, start: false, metadata: {} });
    }
    await sessions.list();
    const began = performance.now();
    expect((await sessions.list()).items).toHaveLength(50);
    expect(performance.now() - began).toBeLessThan(2_500);
    await sessions.close();
    store.close();
  });
});
