import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError, type SessionState } from '@leadmaster/protocol';
import { FakeEngine } from '@leadmaster/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import type { SessionSupervisor } from '../../src/lifecycle/supervisor.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import type { ProfileStore } from '../../src/profile/profile-store.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { NAME, playedClaim, playedSupervisor } from './played-supervisor.ts';

const stubborn = () => Promise.reject(new LeadMasterError('browser_not_gone', 'in state D', 'Wait.'));

/** What people ask for at awkward moments. */
describe('an order given to the supervisor', () => {
  let dataDir: string;
  let store: StateStore;
  let profiles: ProfileStore;
  let engine: FakeEngine;
  let subject: SessionSupervisor;
  let trash: ProfileStore['trash'];
  let commit: ProfileStore['commitLogin'];
  let isFresh: boolean;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-orders-'));
    store = createStateStore({ file: join(dataDir, 'state.db') });
    store.sessions.insert({ name: NAME, metadata: {}, desired: 'running' });
    profiles = createProfileStore({ dataDir });
    await profiles.create(NAME);
    engine = new FakeEngine();
    trash = (session, reason) => profiles.trash(session, reason);
    commit = async () => undefined;
    isFresh = false;
  });

  afterEach(async () => {
    for (const run of engine.runs) run.onStop = async () => undefined;
    await subject.close('the test is over');
    store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  function open(): void {
    const guarded = new Proxy(profiles, {
      get: (target, key) => {
        if (key === 'trash') return (session: string, reason: string) => trash(session, reason);
        if (key === 'commitLogin') return commit;
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const config = readConfig({ LEADMASTER_DATA_DIR: dataDir, BACKOFF_FIRST_MS: '20', BACKOFF_MAX_S: '0.04' });
    const claim = async () => playedClaim(profiles.locate(NAME), isFresh ? 'none' : 'saved');
    subject = playedSupervisor({ config, engine, store, profiles: guarded, claim });
  }

  async function until(state: SessionState, reason?: string): Promise<void> {
    await vi.waitFor(() => expect(subject.view).toMatchObject({ state, ...(reason === undefined ? {} : { reason }) }), {
      timeout: 5000,
      interval: 2,
    });
  }

  async function launched(count = 1): Promise<void> {
    await vi.waitFor(() => expect(engine.runs.length).toBe(count), { timeout: 5000, interval: 2 });
  }

  async function ready(): Promise<void> {
    open();
    await subject.start();
    await launched();
    engine.run.login();
    await until('READY');
  }

  test('to stop, during the pause before a new attempt, is final', async () => {
    await ready();
    engine.run.tell({ type: 'lost', reason: 'browser_died', detail: '' });
    await until('DISCONNECTED_RECOVERABLE');
    await subject.stop();
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(subject.view.state).toBe('STOPPED');
    expect(engine.runs.length).toBe(1);
  });

  test('to start, during that pause, starts one browser', async () => {
    await ready();
    engine.run.tell({ type: 'lost', reason: 'browser_died', detail: '' });
    await until('DISCONNECTED_RECOVERABLE');
    await Promise.all([subject.start(), subject.start()]);
    await launched(2);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(engine.runs.length).toBe(2);
  });

  test('is not followed by anything when the browser survives: no trash, no new QR, no retry', async () => {
    await ready();
    engine.run.onStop = stubborn;
    engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
    await until('ERROR', 'browser_not_gone');
    engine.run.tell({ type: 'lost', reason: 'browser_died', detail: '' });
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(subject.view).toMatchObject({ state: 'ERROR', reason: 'browser_not_gone' });
    expect(engine.runs.length).toBe(1);
    expect(await readdir(join(dataDir, 'tokens'))).toEqual([NAME]);
  });

  test('does not try again by itself while a lost browser survives', async () => {
    await ready();
    engine.run.onStop = stubborn;
    engine.run.tell({ type: 'lost', reason: 'page_failed', detail: '' });
    await until('ERROR', 'browser_not_gone');
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(subject.view).toMatchObject({ state: 'ERROR', reason: 'browser_not_gone' });
    expect(engine.runs.length).toBe(1);
  });

  test('to stop is not told done while the browser survives, and works once it can be ended', async () => {
    await ready();
    engine.run.onStop = stubborn;
    await subject.stop();
    await subject.stop();
    expect(subject.view).toMatchObject({ state: 'ERROR', reason: 'browser_not_gone' });
    engine.run.onStop = async () => undefined;
    await subject.stop();
    expect(subject.view.state).toBe('STOPPED');
    expect(engine.alive).toEqual([]);
  });

  test('to delete leaves the profile in place while the browser survives, and can be given again', async () => {
    await ready();
    engine.run.onStop = stubborn;
    await expect(subject.remove()).rejects.toMatchObject({ code: 'browser_not_gone' });
    expect(await readdir(join(dataDir, 'tokens'))).toEqual([NAME]);
    engine.run.onStop = async () => undefined;
    await subject.remove();
    expect(await readdir(join(dataDir, 'tokens'))).toEqual([]);
  });

  test('to delete, refused by the disk, leaves a session that starts again', async () => {
    await ready();
    trash = () => Promise.reject(new LeadMasterError('storage_failed', 'read-only', 'Remount it.'));
    await expect(subject.remove()).rejects.toMatchObject({ code: 'storage_failed' });
    expect(subject.view.state).toBe('STOPPED');
    await subject.start();
    await launched(2);
    engine.run.login();
    await until('READY');
  });

  test('to log out that WhatsApp does not confirm keeps the session listening', async () => {
    await ready();
    engine.run.logout = () => Promise.reject(new Error('no answer'));
    await expect(subject.logout()).rejects.toMatchObject({ code: 'engine_failed' });
    expect(subject.view.state).toBe('READY');
    engine.run.tell({ type: 'socket_down', state: 'TIMEOUT' });
    await until('DISCONNECTED_RECOVERABLE');
  });

  test.each(['timeout', 'profile_unreadable'] as const)(
    'to start continues after a commit that ended in %s',
    async (code) => {
      isFresh = true;
      commit = () => Promise.reject(new LeadMasterError(code, 'not whole yet', 'It is tried again.'));
      open();
      await subject.start();
      await launched();
      engine.run.login();
      await until('DISCONNECTED_RECOVERABLE', 'login_not_committed');
      commit = async () => undefined;
      await launched(2);
      expect(engine.alive).toHaveLength(1);
      engine.run.login();
      await until('READY');
    },
  );

  test('to delete while it starts ends the start and sets the profile aside', async () => {
    open();
    let entered = false;
    engine.onStart = (request) =>
      new Promise((_, reject) => {
        entered = true;
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
      });
    await subject.start();
    await vi.waitFor(() => expect(entered).toBe(true));
    await subject.remove();
    expect(subject.view.state).toBe('STOPPED');
    expect(await readdir(join(dataDir, 'tokens'))).toEqual([]);
    expect((await readdir(join(dataDir, 'trash'))).filter((name) => !name.endsWith('.json'))).toHaveLength(1);
    expect(engine.alive).toEqual([]);
  });
});
