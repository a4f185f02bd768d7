import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError, type SessionState } from '@leadmaster/protocol';
import { Slots } from '@leadmaster/service-kit/wait';
import { FakeEngine, faultyStateStore, writesFail } from '@leadmaster/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Config, readConfig } from '../../src/config/index.ts';
import type { Claim } from '../../src/lifecycle/claim.ts';
import type { SessionSupervisor } from '../../src/lifecycle/supervisor.ts';
import type { SupervisorDeps } from '../../src/lifecycle/supervisor-deps.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { type ProfileFs, realFs } from '../../src/profile/files.ts';
import type { ProfileStore } from '../../src/profile/profile-store.ts';
import { requireRoom } from '../../src/profile/room.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { NAME, playedClaim, playedSupervisor } from './played-supervisor.ts';

describe('the supervisor', () => {
  let dataDir: string;
  let store: StateStore;
  let profiles: ProfileStore;
  let engine: FakeEngine;
  let log: string[];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-supervisor-'));
    store = createStateStore({ file: join(dataDir, 'state.db') });
    store.sessions.insert({ name: NAME, metadata: {}, desired: 'running' });
    profiles = createProfileStore({ dataDir });
    await profiles.create(NAME);
    engine = new FakeEngine();
    log = [];
  });

  afterEach(async () => {
    store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  function config(more: NodeJS.ProcessEnv = {}): Config {
    return readConfig({
      LEADMASTER_DATA_DIR: dataDir,
      PROBE_INTERVAL_S: '0.05',
      PROBE_DEADLINE_S: '0.2',
      LAUNCH_DEADLINE_S: '0.1',
      LOAD_DEADLINE_S: '0.2',
      SYNC_DEADLINE_S: '0.3',
      COMMIT_DEADLINE_S: '0.2',
      BACKOFF_FIRST_MS: '5',
      BACKOFF_MAX_S: '0.02',
      STABLE_AFTER_S: '0.1',
      ...more,
    });
  }

  function supervisor(changes: Partial<SupervisorDeps> & { login?: Claim['login'] } = {}): SessionSupervisor {
    const { login = 'saved', ...deps } = changes;
    return playedSupervisor({ config: config(), engine, store, profiles, claim: async () => claimOf(login), ...deps });
  }

  function claimOf(login: Claim['login']): Claim {
    return playedClaim(profiles.locate(NAME), login, () => log.push('released'));
  }

  async function until(subject: SessionSupervisor, state: SessionState): Promise<void> {
    await vi.waitFor(() => expect(subject.view.state).toBe(state), { timeout: 5000, interval: 2 });
  }

  async function launched(count = 1): Promise<void> {
    await vi.waitFor(() => expect(engine.runs.length).toBe(count), { timeout: 5000, interval: 2 });
  }

  const path = (): string[] =>
    store.transitions
      .list(NAME, 1000)
      .map((t) => `${t.to} ${t.reason}`)
      .reverse();

  test('tells READY only after the login was flushed and committed', async () => {
    const subject = supervisor({
      login: 'none',
      profiles: { ...bound(profiles), commitLogin: async () => void log.push(`committed while ${subject.view.state}`) },
    });
    await subject.start();
    await launched();
    engine.run.onFlush = async () => void log.push(`flushed while ${subject.view.state}`);
    engine.run.showQr();
    await until(subject, 'QR_REQUIRED');
    engine.run.login();
    await until(subject, 'READY');
    expect(log).toEqual(['flushed while AUTHENTICATED', 'committed while AUTHENTICATED']);
    await subject.stop();
  });

  test('never tells READY when the disk is full at the commit, and says what to do', async () => {
    const full = new LeadMasterError('storage_failed', 'no space left', 'Free some.');
    const subject = supervisor({
      login: 'none',
      profiles: { ...bound(profiles), commitLogin: () => Promise.reject(full) },
    });
    await subject.start();
    await launched();
    engine.run.login();
    await until(subject, 'ERROR');
    expect(subject.view).toMatchObject({ reason: 'storage_failed', hint: expect.stringContaining('disk') });
    expect(path().some((step) => step.startsWith('READY'))).toBe(false);
    expect(engine.alive).toEqual([]);
  });

  test('waits while the disk has no room for a start, tells it once, and is READY once there is room', async () => {
    let isFull = true;
    const claim = async (): Promise<Claim> => {
      if (isFull) await requireRoom(NO_ROOM_FS, dataDir, { bytes: 1, what: 'a browser takes', hint: 'Free some.' });
      return claimOf('saved');
    };
    const subject = supervisor({ claim });
    await subject.start();
    await vi.waitFor(() => expect(subject.view.attempts).toBeGreaterThan(3));
    expect(path()).toEqual(['DISCONNECTED_RECOVERABLE storage_failed']);
    expect(subject.view).toMatchObject({
      nextAttemptAt: expect.any(Date),
      hint: expect.stringMatching(/^Only 0 MB.*by itself/),
    });
    isFull = false;
    await launched();
    engine.run.login();
    await until(subject, 'READY');
    await subject.stop();
    expect(path().slice(0, 2)).toEqual(['DISCONNECTED_RECOVERABLE storage_failed', 'RECONNECTING retry']);
  });

  test('a stop ends the wait for room, and a disk that is refused for another reason is no wait', async () => {
    let cause = Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
    const claim = () => Promise.reject(new LeadMasterError('storage_failed', 'refused', 'Fix it.', { cause }));
    const subject = supervisor({ claim });
    await subject.start();
    await subject.stop();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(subject.view).toMatchObject({ state: 'STOPPED', nextAttemptAt: null });
    cause = Object.assign(new Error('read-only'), { code: 'EROFS' });
    await subject.start();
    expect(subject.view).toMatchObject({ state: 'ERROR', reason: 'storage_failed' });
  });

  test('a launch and a commit that find no room close the browser and try again', async () => {
    const cause = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const full = new LeadMasterError('storage_failed', 'no space left', 'Free some.', { cause });
    let commits = 0;
    const commitLogin = async () => {
      commits += 1;
      if (commits === 1) throw full;
    };
    engine.onStart = () => Promise.reject(full);
    const subject = supervisor({ login: 'none', profiles: { ...bound(profiles), commitLogin } });
    await subject.start();
    await vi.waitFor(() => expect(path()).toContain('DISCONNECTED_RECOVERABLE storage_failed'));
    engine.onStart = async () => undefined;
    const before = engine.runs.length;
    await launched(before + 1);
    engine.run.login();
    await launched(before + 2);
    expect(engine.alive).toHaveLength(1);
    engine.run.login();
    await until(subject, 'READY');
    expect(path().some((step) => step.startsWith('ERROR'))).toBe(false);
    await subject.stop();
  });

  test('starts over when the browser does not write the login in time', async () => {
    const subject = supervisor({ login: 'none' });
    await subject.start();
    await launched();
    engine.run.onFlush = (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    engine.run.login();
    await vi.waitFor(() => expect(path()).toContain('DISCONNECTED_RECOVERABLE login_not_committed'));
    await launched(2);
    await subject.stop();
    expect(engine.alive).toEqual([]);
  });

  test('hears nothing from a run that was superseded', async () => {
    const subject = supervisor();
    await subject.start();
    await launched();
    const old = engine.run;
    old.login();
    await until(subject, 'READY');
    old.tell({ type: 'lost', reason: 'browser_died', detail: '' });
    await launched(2);
    engine.run.login();
    await until(subject, 'READY');
    const before = path().length;
    for (const type of ['banned', 'conflict', 'ready', 'authenticated', 'socket_down'] as const) {
      old.tell({ type, account: { id: 'x', phone: '1', name: '' }, webVersion: '', state: '' });
    }
    old.tell({ type: 'unlinked', reason: 'LOGOUT' });
    await subject.start();
    expect(path().length).toBe(before);
    expect(subject.view.state).toBe('READY');
    await subject.stop();
  });

  test('is READY once, however often the library says so', async () => {
    const subject = supervisor();
    await subject.start();
    await launched();
    for (let i = 0; i < 5; i += 1) engine.run.login();
    await until(subject, 'READY');
    engine.run.login();
    await subject.start();
    expect(path().filter((step) => step.startsWith('READY'))).toEqual(['READY synced']);
    await subject.stop();
  });

  test('never starts a browser over a profile that cannot be read', async () => {
    const subject = supervisor({
      claim: () => Promise.reject(new LeadMasterError('profile_unreadable', 'input/output error', 'Fix the disk.')),
    });
    await subject.start();
    expect(subject.view).toMatchObject({ state: 'ERROR', reason: 'profile_unreadable' });
    expect(engine.runs).toEqual([]);
  });

  test('stops a launch that hangs, and leaves nothing', async () => {
    engine.onStart = (request) =>
      new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));
    const subject = supervisor();
    await subject.start();
    await subject.stop();
    expect(subject.view.state).toBe('STOPPED');
    expect(log).toEqual(['released']);
  });

  test('tries a browser that does not start a few times, then asks for the operator', async () => {
    engine.onStart = () => Promise.reject(new LeadMasterError('browser_failed', 'exit 1', 'Look.'));
    const subject = supervisor();
    await subject.start();
    await until(subject, 'ERROR');
    expect(path().filter((step) => step === 'DISCONNECTED_RECOVERABLE launch_failed')).toHaveLength(4);
    expect(subject.view).toMatchObject({ reason: 'browser_failed', attempts: 5 });
  });

  test('counts attempts until READY has been stable for a while', async () => {
    const subject = supervisor();
    await subject.start();
    for (let i = 1; i <= 3; i += 1) {
      await launched(i);
      engine.run.tell({ type: 'lost', reason: 'page_unreachable', detail: 'net::ERR_CONNECTION_REFUSED' });
    }
    await launched(4);
    engine.run.login();
    await until(subject, 'READY');
    expect(subject.view.attempts).toBe(4);
    const breathe = setInterval(() => engine.run.tell({ type: 'alive' }), 20);
    await vi.waitFor(() => expect(subject.view.attempts).toBe(0));
    clearInterval(breathe);
    await subject.stop();
  });

  test('stays READY as long as the page answers, and leaves it when it falls silent', async () => {
    const subject = supervisor();
    await subject.start();
    await launched();
    engine.run.login();
    await until(subject, 'READY');
    const breathe = setInterval(() => engine.run.tell({ type: 'alive' }), 20);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(subject.view.state).toBe('READY');
    clearInterval(breathe);
    await vi.waitFor(() => expect(path()).toContain('DISCONNECTED_RECOVERABLE probe_overdue'));
    await subject.stop();
  });

  test('does not count progress of the sync as life in READY', async () => {
    const subject = supervisor();
    await subject.start();
    await launched();
    engine.run.login();
    await until(subject, 'READY');
    const busy = setInterval(() => engine.runs[0]?.tell({ type: 'progress', percent: 50 }), 20);
    await vi.waitFor(() => expect(path()).toContain('DISCONNECTED_RECOVERABLE probe_overdue'));
    clearInterval(busy);
    await subject.stop();
  });

  test('keeps the profile taken while a browser process survives', async () => {
    const subject = supervisor();
    await subject.start();
    await launched();
    engine.run.login();
    await until(subject, 'READY');
    const stubborn = engine.run;
    stubborn.onStop = () => Promise.reject(new LeadMasterError('browser_not_gone', 'state D', 'Wait.'));
    await subject.stop();
    expect(subject.view).toMatchObject({ state: 'ERROR', reason: 'browser_not_gone' });
    expect(log).toEqual([]);
    stubborn.onStop = async () => undefined;
    await subject.start();
    await launched(2);
    expect(stubborn.isStopped).toBe(true);
    await subject.stop();
  });

  test('closes its browsers even when nothing can be written down', async () => {
    const { store: faulty, faults } = faultyStateStore(store);
    const subject = supervisor({ store: faulty });
    await subject.start();
    await launched();
    engine.run.login();
    await until(subject, 'READY');
    faults.fails = writesFail;
    await subject.stop().catch(() => undefined);
    expect(engine.alive).toEqual([]);
  });

  test('waits for a place before its deadline runs', async () => {
    const places = new Slots(1);
    const free = await places.take(new AbortController().signal);
    const subject = supervisor({ places });
    await subject.start();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(path()).toEqual(['RECONNECTING requested']);
    free();
    await launched();
    await subject.stop();
  });

  test('shows no QR in LOGIN_MODE=server, and starts no browser for one', async () => {
    const subject = supervisor({ login: 'none', config: config({ LOGIN_MODE: 'server' }) });
    await subject.start();
    expect(subject.view).toMatchObject({ state: 'AUTH_FAILURE', reason: 'login_required' });
    expect(engine.runs).toEqual([]);
    expect(log).toEqual(['released']);
  });

  test('starts nothing again once it is closing', async () => {
    const subject = supervisor();
    await subject.start();
    await launched();
    engine.run.tell({ type: 'lost', reason: 'browser_died', detail: '' });
    await subject.close('service_stopped');
    await subject.start();
    expect(subject.view.state).toBe('STOPPED');
    expect(engine.alive).toEqual([]);
  });

  test('holds one run at most and an unbroken history, under any events in any order', {
    timeout: 60_000,
  }, async () => {
    const commands = ['start', 'stop', 'restart'] as const;
    const events = [
      'qr',
      'login',
      'lost',
      'unlinked',
      'banned',
      'conflict',
      'socket_down',
      'socket_up',
      'deprecated',
    ] as const;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...commands, ...events), { maxLength: 25 }), async (steps) => {
        engine = new FakeEngine();
        const subject = supervisor({ engine });
        for (const step of steps) {
          if (step === 'start') void subject.start();
          else if (step === 'stop') void subject.stop();
          else if (step === 'restart') void subject.stop().then(() => subject.start());
          else {
            await new Promise((resolve) => setImmediate(resolve));
            const run = engine.runs.at(-1);
            if (step === 'qr') run?.showQr();
            else if (step === 'login') run?.login();
            else if (step === 'lost') run?.tell({ type: 'lost', reason: 'browser_died', detail: '' });
            else if (step === 'unlinked') run?.tell({ type: 'unlinked', reason: 'LOGOUT' });
            else if (step === 'socket_down') run?.tell({ type: 'socket_down', state: 'OPENING' });
            else run?.tell({ type: step });
          }
          expect(engine.alive.length).toBeLessThanOrEqual(1);
        }
        await subject.close('end');
        expect(engine.alive).toEqual([]);
        // A state that needs a person stays until it is stopped.
        expect(['STOPPED', 'DISCONNECTED_BANNED', 'ERROR', 'DISCONNECTED_LOGOUT']).toContain(subject.view.state);
        await subject.stop();
        expect(subject.view.state).toBe('STOPPED');
        const history = store.transitions.list(NAME, 10_000).reverse();
        for (const [i, step] of history.slice(1).entries()) expect(step.from).toBe(history[i]?.to);
      }),
      { numRuns: 40 },
    );
  });
});

/** A disk that is full. */
const NO_ROOM_FS = { ...realFs, statfs: async () => ({ bavail: 0, bsize: 4096 }) } as unknown as ProfileFs;

/** A store whose methods may be taken one by one. */
function bound(store: ProfileStore): ProfileStore {
  return new Proxy({} as ProfileStore, {
    get: (_, key) => Reflect.get(store, key).bind(store),
    ownKeys: () => Object.getOwnPropertyNames(Object.getPrototypeOf(store)),
    getOwnPropertyDescriptor: (_, key) => ({
      configurable: true,
      enumerable: true,
      value: Reflect.get(store, key).bind(store),
    }),
  });
}
