import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { putLevelDb } from '@leadmaster/testkit';
import type { SnapshotInfo } from '@leadmaster/vault';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { dataPaths } from '../../src/profile/paths.ts';
import type { SnapshotDeps } from '../../src/snapshots/deps.ts';
import { retireSession } from '../../src/snapshots/portable.ts';
import { restoreSession } from '../../src/snapshots/restore.ts';
import { bootLinked, endSessions, NAME, type Opened, STORES } from '../lifecycle/linked-session.ts';

const AT = '2026-09-20T10:00:00.000Z';
const INFO = { id: '1-good', session: NAME, at: AT, bytes: 1, extra: {} } as unknown as SnapshotInfo;
const WANTED = { start: false, restart: false, overwriteNewer: true, otherAccount: false };

let staged = 0;

/** A vault with one snapshot: a login of two stores. */
const vault = {
  list: async () => ({ snapshots: [] }),
  restore: async (_session: string, _id: string, folder: string) => {
    for (const store of STORES) await putLevelDb(join(folder, store));
    staged += 1;
  },
};

async function depsOf(dataDir: string, { access, profiles, store }: Opened): Promise<SnapshotDeps> {
  const paths = dataPaths(dataDir);
  await mkdir(paths.staging, { recursive: true });
  return {
    ...{ paths, profiles, store, access, log: pino({ level: 'silent' }) },
    config: { diskMinFreeBytes: 0 },
    vault: { open: async () => vault, installation: () => 'here' },
    browserVersion: async () => '156.0.0.0',
  } as unknown as SnapshotDeps;
}

/** A session whose page erased its login, at the moment when that is told: its browser takes its time to close. */
async function justErased() {
  const { dataDir, opened } = await bootLinked();
  let close: () => void = () => undefined;
  const closing = new Promise<void>((resolve) => {
    close = resolve;
  });
  opened.engine.run.onStop = () => closing;
  const told = opened.sessions.settled(NAME, 5_000, AbortSignal.timeout(5_000));
  opened.engine.run.tell({ type: 'erased', reason: 'page_erased_login', detail: 'code 0' });
  expect(await told).toMatchObject({ state: 'AUTH_FAILURE', reason: 'page_erased_login' });
  expect(opened.engine.alive).toHaveLength(1);
  return { opened, close, deps: await depsOf(dataDir, opened), end: () => endSessions(opened, dataDir) };
}

test('a restore that is asked for the moment AUTH_FAILURE is told waits until the browser is closed', async () => {
  const { opened, close, deps, end } = await justErased();
  const restored = restoreSession(deps, NAME, INFO, WANTED);
  // It has everything that it puts in place before it needs the browser gone.
  await vi.waitFor(() => expect(staged).toBe(1));
  expect(opened.engine.alive).toHaveLength(1);
  close();
  expect(await restored).toMatchObject({ state: 'STOPPED', reason: 'restored', generation: 2 });
  expect(opened.engine.alive).toEqual([]);
  await end();
});

test('a retire in that moment continues to its own question; one of a session that runs is refused', async () => {
  const erased = await justErased();
  const retired = retireSession(erased.deps, NAME, INFO).catch((error: unknown) => error);
  erased.close();
  expect(await retired).toMatchObject({ code: 'newer_login' });
  await erased.end();
  const { dataDir, opened } = await bootLinked();
  const deps = await depsOf(dataDir, opened);
  const orders = [() => restoreSession(deps, NAME, INFO, WANTED), () => retireSession(deps, NAME, INFO)];
  for (const order of orders) await expect(order()).rejects.toMatchObject({ code: 'session_running' });
  await endSessions(opened, dataDir);
});
