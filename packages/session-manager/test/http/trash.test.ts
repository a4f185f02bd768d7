import { cp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { session, trashPage } from '@leadmaster/protocol';
import { usedSince } from '@leadmaster/testkit';
import { expect, test } from 'vitest';
import { setPlaceChange, setTrashCopied } from '../../src/lifecycle/held-back.ts';
import { type Served, serve } from './serve.ts';

const TRASH = '/v1/trash';

/** A linked session that was deleted, and the id of its profile in the trash. */
async function deleted(manager: Served, name = 'a'): Promise<string> {
  await manager.given(name, 'READY');
  expect((await manager.ask(`/v1/sessions/${name}`, { method: 'DELETE' })).status).toBe(204);
  const { json } = await manager.ask(TRASH);
  return json.items.find((entry: { session: string }) => entry.session === name).id;
}

const restore = (manager: Served, id: string, body?: unknown) =>
  manager.ask(`${TRASH}/${id}/restore`, { method: 'POST', ...(body === undefined ? {} : { body }) });

/** All that a refused restore must leave as it was. */
async function inPlace({ dataDir, sessions }: Served): Promise<unknown[]> {
  const folders = await Promise.all(['tokens', 'trash'].map((name) => readdir(join(dataDir, name))));
  return [...folders.map((names) => names.sort()), sessions.lastEventId()];
}

/** The code of a refusal that has changed nothing. */
async function refusal(manager: Served, id: string, body?: unknown): Promise<string> {
  const before = await inPlace(manager);
  const { status, json } = await restore(manager, id, body);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(json.hint).not.toBe('');
  expect(await inPlace(manager)).toEqual(before);
  return json.code;
}

test('the trash is listed newest first, page by page, with account and size', async () => {
  const manager = await serve();
  const ids = [];
  for (const name of ['a', 'b', 'c']) ids.unshift(await deleted(manager, name));
  const { json } = await manager.ask(TRASH);
  expect(trashPage.parse(json)).toEqual(json);
  expect(json.items.map(({ id }: { id: string }) => id)).toEqual(ids);
  expect(json.items[2]).toMatchObject({ session: 'a', reason: 'deleted', account: { phone: '5491100000001' } });
  expect(json.items[2].bytes).toBeGreaterThan(0);
  expect(json).toMatchObject({ cursor: null, total: 3, days: 30 });
  const first = (await manager.ask(`${TRASH}?limit=2`)).json;
  expect([first.items.length, first.cursor]).toEqual([2, ids[1]]);
  const second = (await manager.ask(`${TRASH}?limit=2&after=${first.cursor}`)).json;
  expect([second.items, second.cursor]).toEqual([[json.items[2]], null]);
  for (const query of ['limit=0', 'limit=501', 'after=../x', 'x=1'])
    expect([query, (await manager.ask(`${TRASH}?${query}`)).status]).toEqual([query, 400]);
});

test('a deleted session comes back to its name, stopped, and runs again with its login', async () => {
  const manager = await serve();
  const id = await deleted(manager);
  const { status, json } = await restore(manager, id);
  expect([status, session.parse(json)]).toEqual([200, json]);
  expect(json).toMatchObject({ name: 'a', state: 'STOPPED', desired: 'stopped', account: { phone: '5491100000001' } });
  expect(json.generation).toBeGreaterThan(1);
  expect(json.storage.bytes).toBeGreaterThan(0);
  expect((await manager.ask(TRASH)).json).toMatchObject({ items: [], total: 0 });
  expect(await readdir(join(manager.dataDir, 'trash'))).toEqual([]);
  expect(await refusal(manager, id)).toBe('trash_not_found');
  await manager.ask('/v1/sessions/a/start', { method: 'POST', body: {} });
  (await manager.engine.runOf('a')).login();
  await manager.until('a', 'READY');
});

test('a name that is taken, by a session or by a profile that none claims, is refused', async () => {
  const manager = await serve();
  const [a, b] = [await deleted(manager, 'a'), await deleted(manager, 'b')];
  await manager.given('a', 'QR_REQUIRED');
  expect(await refusal(manager, a)).toBe('session_exists');
  await manager.given('b', 'UNCLAIMED');
  expect(await refusal(manager, b)).toBe('session_exists');
});

test('an older profile of a session does not come back before a later one', async () => {
  const manager = await serve();
  const older = await deleted(manager);
  const newer = await deleted(manager);
  expect(await refusal(manager, older)).toBe('newer_login');
  expect((await restore(manager, newer)).status).toBe(200);
});

test('a login that went to another machine, or that is linked in another session, does not come back', async () => {
  const manager = await serve();
  const { store, stage } = manager;
  const gone = await deleted(manager, 'gone');
  store.tombstones.add('gone', 7, stage.accountOf('gone'));
  expect(await refusal(manager, gone, { originRetired: true })).toBe('session_moved');
  const twice = await deleted(manager, 'twice');
  await manager.given('other', 'QR_REQUIRED');
  await stage.scan('other', stage.accountOf('twice'));
  await manager.until('other', 'READY');
  expect(await refusal(manager, twice)).toBe('linked_elsewhere');
});

test('a transfer that is not over keeps a profile in the trash', async () => {
  const manager = await serve();
  const id = await deleted(manager);
  manager.store.transfers.begin({
    ...{ id: 't', role: 'target', session: 'a', phase: 'prepared', generation: 9, peer: null },
    facts: {
      chromium: null,
      bytes: 1,
      metadata: {},
      account: null,
      desired: 'stopped',
      reserved: false,
      caughtUpTo: null,
      told: [],
    },
  });
  expect(await refusal(manager, id)).toBe('transfer_open');
});

test('a login that went away under another name comes back as a copy, which waits for the word', async () => {
  const manager = await serve();
  const id = await deleted(manager);
  manager.store.tombstones.add('other', 3, manager.stage.accountOf('a'));
  expect((await restore(manager, id)).json).toMatchObject({ state: 'STOPPED', originRetired: false });
  const refused = await manager.ask('/v1/sessions/a/start', { method: 'POST', body: {} });
  expect(refused.json.code).toBe('origin_not_retired');
});

test('in a data folder that was copied nothing comes back before the operator has decided, and then as a copy', async () => {
  const manager = await serve();
  const { store } = manager;
  const id = await deleted(manager);
  const seen = { path: '/x', host: 'h', since: new Date().toISOString() };
  setPlaceChange(store.facts, { before: seen, now: seen, arrivals: [], departures: [] });
  expect(await refusal(manager, id)).toBe('place_changed');
  setPlaceChange(store.facts, null);
  setTrashCopied(store.facts, new Date(Date.now() + 1000).toISOString());
  expect((await restore(manager, id)).json).toMatchObject({ originRetired: false });
  await manager.ask('/v1/sessions/a', { method: 'DELETE' });
  const again = (await manager.ask(TRASH)).json.items[0].id;
  expect((await restore(manager, again, { originRetired: true })).json).toMatchObject({ originRetired: true });
});

test('an older state of a login than the vault has does not come back', async () => {
  const manager = await serve();
  const { dataDir } = manager;
  const id = await deleted(manager);
  const [inTrash, aside] = [join(dataDir, 'trash', id), join(dataDir, 'staging', 'older')];
  await cp(inTrash, aside, { recursive: true, preserveTimestamps: true });
  await restore(manager, id);
  await usedSince(dataDir, 'a');
  await manager.take('a');
  await manager.ask('/v1/sessions/a', { method: 'DELETE' });
  const { json } = await manager.ask(TRASH);
  const later = json.items[0].id;
  await rm(join(dataDir, 'trash', later), { recursive: true });
  await rename(aside, inTrash);
  await rename(join(dataDir, 'trash', `${later}.json`), `${inTrash}.json`);
  expect(await refusal(manager, id)).toBe('newer_login');
  // A vault that cannot be read says nothing, and refuses nothing.
  manager.blobs.plan({ what: 'fail', times: 1_000 });
  expect((await restore(manager, id)).json).toMatchObject({ state: 'STOPPED' });
});

test('a name that a crash has left without a profile is freed by a delete', async () => {
  const manager = await serve();
  const id = await deleted(manager);
  await manager.context.access.createFor('a', new Date(), 'restored');
  expect(await refusal(manager, id)).toBe('session_exists');
  expect((await manager.ask('/v1/sessions/a', { method: 'DELETE' })).status).toBe(204);
  expect((await restore(manager, id)).json).toMatchObject({ name: 'a', state: 'STOPPED' });
});

test('what has no label, no login or a broken one stays in the trash', async () => {
  const manager = await serve();
  const { dataDir } = manager;
  const [a, b] = [await deleted(manager, 'a'), await deleted(manager, 'b')];
  await writeFile(join(dataDir, 'trash', `${a}.json`), '{');
  expect((await manager.ask(TRASH)).json.items.find((entry: { id: string }) => entry.id === a)).toMatchObject({
    session: null,
    account: null,
  });
  expect(await refusal(manager, a)).toBe('unprocessable');
  await rm(join(dataDir, 'trash', b, 'Default/Local Storage'), { recursive: true });
  expect(await refusal(manager, b)).toBe('login_damaged');
  await manager.given('c', 'QR_REQUIRED');
  await manager.ask('/v1/sessions/c', { method: 'DELETE' });
  const { json } = await manager.ask(TRASH);
  const c = json.items.find((entry: { session: string }) => entry.session === 'c').id;
  expect(await refusal(manager, c)).toBe('unprocessable');
});

test('a profile that cannot be put in place stays in the trash, and no session of its name is left', async () => {
  const manager = await serve();
  const id = await deleted(manager);
  // No profile, and in its way: the last step finds it.
  await writeFile(join(manager.dataDir, 'tokens', 'a'), '');
  expect(await restore(manager, id)).toMatchObject({ status: 409 });
  expect((await manager.ask('/v1/sessions')).json.items).toEqual([]);
  expect((await manager.ask(TRASH)).json.total).toBe(1);
});
