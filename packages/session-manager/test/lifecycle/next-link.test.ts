import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { A_SNAPSHOT } from '../event-samples.ts';
import { bootLinked, endSessions, NAME, type Opened } from './linked-session.ts';

let opened: Opened;
let dataDir: string;

beforeEach(async () => {
  ({ dataDir, opened } = await bootLinked());
  opened.engine.run.login();
  await until('READY');
  opened.store.snapshots.created(NAME, { id: '1-00000001', at: new Date().toISOString(), data: A_SNAPSHOT });
  opened.store.snapshots.failed(NAME, { code: 'store_full', detail: 'no room', reason: 'stopped', hint: '' });
});

afterEach(() => endSessions(opened, dataDir));

async function until(state: string): Promise<void> {
  await vi.waitFor(async () => expect((await opened.sessions.get(NAME)).state).toBe(state), { timeout: 10_000 });
}

async function told() {
  const { lastSnapshot, snapshotFailure } = await opened.sessions.get(NAME);
  return { last: lastSnapshot?.id ?? null, failure: snapshotFailure?.code ?? null };
}

const OF_FORMER = { last: '1-00000001', failure: 'store_full' };
const NONE = { last: null, failure: null };

test('a restart of the browser, or a stop and a start, is the same link', async () => {
  await opened.sessions.restart(NAME);
  await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(2), { timeout: 10_000 });
  opened.engine.run.login();
  await until('READY');
  expect(await told()).toEqual(OF_FORMER);
});

test('a session that its phone unlinked and that is linked again has no snapshot of its own, nor a failure, until there is one', async () => {
  opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
  await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(2), { timeout: 10_000 });
  expect(await told()).toEqual(NONE);
  opened.engine.run.tell({ type: 'qr', qr: 'a', expiresAt: new Date(Date.now() + 60_000), attempt: 1 });
  await until('QR_REQUIRED');
  opened.engine.run.tell({ type: 'authenticated' });
  await until('AUTHENTICATED');
  expect(await told()).toEqual(NONE);
  opened.store.snapshots.created(NAME, { id: '2-00000002', at: new Date().toISOString(), data: A_SNAPSHOT });
  expect(await told()).toEqual({ last: '2-00000002', failure: null });
  expect(opened.store.snapshots.list(NAME)).toHaveLength(2);
});

test('so has one that was logged out; what was saved ahead of it and failed late is not said of the next link', async () => {
  const former = opened.store.sessions.get(NAME)?.link ?? 0;
  await opened.sessions.logout(NAME);
  expect(await told()).toEqual(NONE);
  opened.store.snapshots.failed(NAME, { code: 'timeout', detail: 'late', link: former, reason: 'stopped', hint: '' });
  opened.store.snapshots.created(NAME, {
    id: '3-00000003',
    at: new Date().toISOString(),
    link: former,
    data: A_SNAPSHOT,
  });
  expect(await told()).toEqual(NONE);
});

test('a profile that is put in place while a restart ends the browser is not started by that restart', async () => {
  const { access, engine, profiles, sessions } = opened;
  const gate = Promise.withResolvers<void>();
  engine.run.onStop = () => gate.promise;
  const restarted = sessions.restart(NAME);
  await until('STOPPING');
  const replaced = access.replace(NAME, { stop: true }, async () => {
    await profiles.updateRecord(NAME, { generation: 9 });
  });
  gate.resolve();
  await Promise.all([restarted, replaced]);
  expect((await sessions.get(NAME)).state).toBe('STOPPED');
  expect(engine.runs).toHaveLength(1);
});
