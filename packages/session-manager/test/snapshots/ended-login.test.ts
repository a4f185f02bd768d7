import { mkdir } from 'node:fs/promises';
import type { SnapshotReason } from '@leadmaster/protocol';
import { Slots } from '@leadmaster/service-kit/wait';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import type { SnapshotDeps } from '../../src/snapshots/deps.ts';
import { LoginCopies } from '../../src/snapshots/login-copies.ts';
import { Snapshots } from '../../src/snapshots/snapshots.ts';
import { SnapshotTurns } from '../../src/snapshots/turns.ts';
import { bootLinked, endSessions, NAME, type Opened } from '../lifecycle/linked-session.ts';

let dataDir: string;
let opened: Opened;

beforeEach(async () => {
  ({ dataDir, opened } = await bootLinked());
  opened.engine.run.login();
  await until('READY');
});

afterEach(() => endSessions(opened, dataDir));

async function until(state: string): Promise<void> {
  await vi.waitFor(async () => expect((await opened.sessions.get(NAME)).state).toBe(state), { timeout: 10_000 });
}

/** Snapshots of the sessions whose every capture fails; `held`: one has come as far as to wait for the profile. */
async function failingSnapshots() {
  const { access, profiles, store } = opened;
  const log = pino({ level: 'silent' });
  const held = Promise.withResolvers<void>();
  const paths = dataPaths(dataDir);
  await mkdir(paths.staging, { recursive: true });
  const turns = new SnapshotTurns(new Slots(1), log);
  const deps = {
    ...{ profiles, store, log, paths, config: readConfig({}) },
    vault: { installation: () => 'here' },
    capture: () => Promise.reject(new Error('the disk fails')),
    access: {
      ...access,
      hold: (...args: Parameters<typeof access.hold>) => {
        held.resolve();
        return access.hold(...args);
      },
    },
  } as unknown as SnapshotDeps;
  const snapshots = new Snapshots({ ...deps, turns, copies: new LoginCopies(deps, turns) });
  return { snapshots, turns, held: held.promise };
}

async function failures() {
  const told = opened.store.events.after(0, 100, NAME).filter(({ type }) => type === 'snapshot.failed');
  return { told: told.length, shown: (await opened.sessions.get(NAME)).snapshotFailure?.code ?? null };
}

/** Orders a snapshot that waits for its turn until the phone unlinks the session, and for the profile until the next browser starts. */
async function unlinkedWhileWaiting(reason: SnapshotReason): Promise<unknown> {
  const { engine } = opened;
  const { snapshots, turns, held } = await failingSnapshots();
  const earlier = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const launched = Promise.withResolvers<void>();
  void turns.alone(NAME, () => earlier.promise);
  const refused = snapshots.create(NAME, { reason }).catch((error: unknown) => error);
  engine.run.onStop = () => closed.promise;
  engine.onStart = () => launched.promise;
  engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
  await until('DISCONNECTED_LOGOUT');
  earlier.resolve();
  await held;
  closed.resolve();
  const error = await refused;
  launched.resolve();
  return error;
}

describe('a session that its phone unlinks while its snapshot waits', () => {
  test.each<SnapshotReason>(['after_login', 'stopped'])(
    'is not told to fail its snapshots (%s): its state tells that the login has ended',
    async (reason) => {
      expect(await unlinkedWhileWaiting(reason)).toMatchObject({ code: 'wrong_state' });
      expect(await failures()).toEqual({ told: 0, shown: null });
    },
  );

  test('has the failure told where the operator asked for the snapshot', async () => {
    expect(await unlinkedWhileWaiting('requested')).toMatchObject({ code: 'wrong_state' });
    expect(await failures()).toMatchObject({ told: 1 });
  });
});

describe('the copy before a delete, asked for while the next browser starts', () => {
  async function deletedWhileStarting(begin: () => void): Promise<void> {
    const launched = Promise.withResolvers<void>();
    const isLaunching = new Promise<void>((resolve) => {
      opened.engine.onStart = () => {
        resolve();
        return launched.promise;
      };
    });
    begin();
    await isLaunching;
    const { snapshots } = await failingSnapshots();
    await snapshots.before(NAME, 'before_delete');
    launched.resolve();
  }

  test('is no failure where the session is not linked', async () => {
    await deletedWhileStarting(() => opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' }));
    expect(await failures()).toEqual({ told: 0, shown: null });
  });

  test('is told to have failed where it has a login', async () => {
    await deletedWhileStarting(() => void opened.sessions.restart(NAME));
    expect(await failures()).toEqual({ told: 1, shown: 'wrong_state' });
  });
});

test('a snapshot of a login that is still there fails as told', async () => {
  const { snapshots } = await failingSnapshots();
  await expect(snapshots.create(NAME, { reason: 'after_login' })).rejects.toThrow('the disk fails');
  expect(await failures()).toEqual({ told: 1, shown: 'internal' });
});
