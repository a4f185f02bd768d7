import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROUTES } from '@leadmaster/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { A_SNAPSHOT } from '../event-samples.ts';
import { openSessions } from './linked-session.ts';

let dataDir: string;
let open: Awaited<ReturnType<typeof openSessions>>;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-pages-'));
  open = await openSessions(dataDir);
  await open.sessions.load();
  for (const name of ['c', 'a', 'soporte', 'b']) await open.sessions.create({ name, start: false, metadata: {} });
  await mkdir(join(dataDir, 'tokens', 'admin', 'Default'), { recursive: true });
});

afterEach(async () => {
  await open.sessions.close();
  open.store.close();
  await rm(dataDir, { recursive: true, force: true });
});

const SNAPSHOT = { ...A_SNAPSHOT, reason: 'schedule' };

const namesOf = ({ items }: { items: { name: string }[] }): string[] => items.map(({ name }) => name);

test('all sessions come by name, with profiles that were not adopted among them', async () => {
  const all = await open.sessions.list();
  expect(namesOf(all)).toEqual(['a', 'admin', 'b', 'c', 'soporte']);
  expect(all.cursor).toBeNull();
});

test('pages follow one another by their cursor, and the last has none', async () => {
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await open.sessions.list({ limit: 2, after });
    seen.push(...namesOf(page));
    after = page.cursor ?? undefined;
  } while (after !== undefined);
  expect(seen).toEqual(['a', 'admin', 'b', 'c', 'soporte']);
  expect((await open.sessions.list({ limit: 5 })).cursor).toBeNull();
});

test('a page continues after a name that is gone meanwhile', async () => {
  await open.sessions.delete('b', { purge: false });
  expect(namesOf(await open.sessions.list({ after: 'b' }))).toEqual(['c', 'soporte']);
});

test('a page shows of each session what a look at it alone shows: its newest snapshot, and why the last failed', async () => {
  const { store, sessions } = open;
  for (const id of ['9-x', '10-y'])
    store.snapshots.created('a', { id, at: '2026-01-01T00:00:00.000Z', data: SNAPSHOT });
  store.snapshots.failed('b', { code: 'store_full', detail: 'full', reason: 'schedule', hint: '' });
  store.snapshots.created('c', { id: '1-z', at: '2026-01-01T00:00:00.000Z', data: SNAPSHOT });
  store.sessions.nextLink('c');
  const { items } = await sessions.list();
  const shown = items.map(({ name, lastSnapshot, snapshotFailure }) => [
    name,
    lastSnapshot?.id ?? null,
    snapshotFailure?.code ?? null,
  ]);
  expect(shown).toEqual([
    ['a', '10-y', null],
    ['admin', null, null],
    ['b', null, 'store_full'],
    ['c', null, null],
    ['soporte', null, null],
  ]);
  for (const item of items.filter(({ name }) => name !== 'admin')) expect(await sessions.get(item.name)).toEqual(item);
});

test('a page holds those in a state, or with a text in their name, alone', async () => {
  expect(namesOf(await open.sessions.list({ state: 'UNCLAIMED' }))).toEqual(['admin']);
  expect(namesOf(await open.sessions.list({ q: 'PORT' }))).toEqual(['soporte']);
  expect(namesOf(await open.sessions.list({ q: 'a', state: 'STOPPED' }))).toEqual(['a']);
});

test('a limit, a state and a text out of rule are refused', () => {
  for (const query of [{ limit: '0' }, { limit: '501' }, { state: 'READ' }, { q: '' }, { page: '2' }])
    expect(ROUTES.listSessions.query.safeParse(query).success).toBe(false);
});
