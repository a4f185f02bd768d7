import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { useLevelDb } from '@leadmaster/testkit';
import type { SnapshotInfo } from '@leadmaster/vault';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Context } from '../../src/context.ts';
import { settleGuess } from '../../src/snapshots/own-link.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

const WANTED = { start: false, overwriteNewer: true, restart: false };
const DAY_MS = 86_400_000;
const EXTRA = {
  frozenAt: '2026-01-01T00:00:00.000Z',
  reason: 'requested',
  method: 'none',
  pauseMs: 0,
  captureMs: 0,
  chromium: null,
  generation: 1,
};

afterEach(() => {
  vi.useRealTimers();
});

async function adopt({ adoption }: Context, name = 'ventas'): Promise<void> {
  const path = await putProfile(join(await tempFolder(), 'session'));
  await adoption.adopt({ name, path, mode: 'move' });
}

async function take({ snapshots }: Context, name = 'ventas'): Promise<string> {
  return (await snapshots.create(name, { reason: 'requested' })).id;
}

async function lastOf({ sessions }: Context, name = 'ventas'): Promise<string | null> {
  return (await sessions.get(name)).lastSnapshot?.id ?? null;
}

async function listed({ snapshots }: Context, name = 'ventas'): Promise<string[]> {
  return (await snapshots.list(name)).items.map(({ id }) => id);
}

/** The manager's database, beside the manager. */
function stateOf({ paths }: Context): StateStore {
  const store = createStateStore({ file: paths.database });
  onTestFinished(() => store.close());
  return store;
}

/** A clock of the machine that is set back once the first login is saved. */
const CLOCKS: [string, number][] = [
  ['a clock that is right', 0],
  ['a clock that was set back 400 days', -400 * DAY_MS],
  ['a clock that went 400 days ahead', 400 * DAY_MS],
];

describe.each(CLOCKS)('with %s', (_, byMs) => {
  let context: Context;
  let former: string;

  beforeEach(async () => {
    context = await manager();
    await adopt(context);
    former = await take(context);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + byMs });
  });

  test('a session that is made again under the name of a deleted one has no last snapshot until it is saved itself', async () => {
    await context.sessions.delete('ventas');
    await context.snapshots.idle();
    await adopt(context);
    expect(await lastOf(context)).toBeNull();
    expect(await listed(context)).toContain(former);
    const own = await take(context);
    expect(await lastOf(context)).toBe(own);
    expect(await listed(context)).toEqual(expect.arrayContaining([former, own]));
  });

  test('what a restore brings back is the last snapshot of the login in place, and not the one that it replaced', async () => {
    await useLevelDb(join(context.paths.session('ventas'), LOGIN_STORES.indexedDb));
    const newer = await take(context);
    expect(await lastOf(context)).toBe(newer);
    await context.snapshots.restore('ventas', former, WANTED);
    expect(await lastOf(context)).toBe(former);
    const next = await take(context);
    expect(await lastOf(context)).toBe(next);
  });

  test('a restore of a deleted session has the restored one as its last', async () => {
    await context.sessions.delete('ventas');
    await context.snapshots.idle();
    await context.snapshots.restore('ventas', former, WANTED);
    expect(await lastOf(context)).toBe(former);
  });
});

test('a restore that fails leaves the login in place with its last snapshot', async () => {
  const context = await manager();
  await adopt(context);
  const first = await take(context);
  await useLevelDb(join(context.paths.session('ventas'), LOGIN_STORES.indexedDb));
  const newest = await take(context);
  // No profile can be set aside.
  await rm(context.paths.trash, { recursive: true, force: true });
  await writeFile(context.paths.trash, '');
  await expect(context.snapshots.restore('ventas', first, WANTED)).rejects.toThrow();
  // The one in place was saved ahead of it, as the last of its link.
  const [aside, before] = await listed(context);
  expect([await lastOf(context), before]).toEqual([aside, newest]);
});

test('why the last snapshot of a deleted session failed is not said of the next session of that name', async () => {
  const context = await manager();
  await adopt(context);
  const failure = { code: 'vault_missing', detail: 'It is not mounted.', reason: 'manual', hint: '' };
  stateOf(context).snapshots.failed('ventas', failure);
  expect((await context.sessions.get('ventas')).snapshotFailure).toMatchObject({ code: 'vault_missing' });
  await context.sessions.delete('ventas');
  await context.snapshots.idle();
  await adopt(context);
  expect((await context.sessions.get('ventas')).snapshotFailure).toBeNull();
});

test('a snapshot that reached the vault and not the database counts for the link that it was taken of, once it is verified', async () => {
  const context = await manager();
  await adopt(context);
  const id = await take(context);
  // As a crash between the two leaves it.
  stateOf(context).snapshots.forgotten('ventas', [id]);
  expect(await lastOf(context)).toBeNull();
  await context.snapshots.verify('ventas', id, { drill: false });
  expect(await lastOf(context)).toBe(id);

  stateOf(context).snapshots.forgotten('ventas', [id]);
  await context.sessions.delete('ventas');
  await context.snapshots.idle();
  await adopt(context);
  await context.snapshots.verify('ventas', id, { drill: false });
  expect(await lastOf(context)).toBeNull();
});

test('a snapshot from before links had numbers counts until the vault has told that it is of another account', async () => {
  const context = await manager();
  await adopt(context);
  const [one, other] = [await take(context), await take(context)];
  const account = (phone: string) => ({ id: `${phone}@c.us`, phone, name: '' });
  stateOf(context).sessions.setAccount('ventas', { account: account('5215511112222') });
  const history = [
    { id: one, extra: { account: account('5215511112222') } },
    { id: other, extra: { account: account('5215533334444') } },
  ].map((info) => ({ ...info, extra: { ...EXTRA, ...info.extra } }) as unknown as SnapshotInfo);
  const deps = { store: stateOf(context) };
  settleGuess(deps, 'ventas', history);
  expect(await lastOf(context)).toBe(other);

  const db = new Database(context.paths.database);
  db.exec('UPDATE snapshots SET is_guess = 1');
  db.close();
  settleGuess(deps, 'ventas', history);
  expect(await lastOf(context)).toBe(one);
});
