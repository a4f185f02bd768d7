import { expect, test } from 'vitest';
import { aQr } from '../event-samples.ts';
import { serve } from './serve.ts';

const KEEP_NONE = { events: 1, eventDays: 30, transitions: 100, keepBytes: 0 };

async function served() {
  const manager = await serve();
  for (let i = 0; i < 10; i++) manager.store.events.append(aQr('a'));
  const put = (id: string, body: unknown) => manager.ask(`/v1/hubs/${id}`, { method: 'PUT', body });
  return { ...manager, put, log: manager.sessions.eventLog() };
}

test('a hub registers, confirms, and is told where it and the log are', async () => {
  const { put, ask, log, store } = await served();
  const { oldest, newest, logId } = log;
  const first = await put('norte', {});
  expect([first.status, first.json]).toEqual([
    200,
    {
      id: 'norte',
      confirmed: 0,
      unconfirmed: { events: newest, bytes: store.events.measure(0).bytes, since: expect.any(String) },
      registeredAt: expect.any(String),
      seenAt: expect.any(String),
      ...{ logId, oldest, newest },
    },
  ]);
  for (let i = 0; i < 2; i++)
    expect((await put('norte', { cursor: `4@${logId}` })).json).toMatchObject({
      confirmed: 4,
      unconfirmed: { events: newest - 4 },
    });
  expect((await put('norte', {})).json).toMatchObject({ confirmed: 4 });
  await put('sur', { cursor: newest });
  const { json: list } = await ask('/v1/hubs');
  expect(list).toMatchObject({ logId, oldest, newest, keepBytes: 256 * 2 ** 20 });
  expect(list.items).toMatchObject([
    { id: 'norte', confirmed: 4 },
    { id: 'sur', confirmed: newest, unconfirmed: { events: 0, bytes: 0, since: null } },
  ]);
  expect((await ask('/metrics')).text).toContain(`leadmaster_hub_unconfirmed_events{hub="norte"} ${newest - 4}`);
});

test('a cursor that is behind, of another log, beyond the end or no cursor is refused, and nothing changes', async () => {
  const { put, ask, log } = await served();
  await put('norte', { cursor: 5 });
  const before = (await ask('/v1/hubs')).json;
  const refused = [
    [{ cursor: 4 }, 409, 'cursor_behind'],
    [{ cursor: '5@0123456789abcdef' }, 409, 'cursor_of_another_log'],
    [{ cursor: `${log.newest + 1}@${log.logId}` }, 409, 'cursor_unknown'],
    [{ cursor: -1 }, 400, 'invalid_request'],
    [{ cursor: 'five' }, 400, 'invalid_request'],
    [{ upTo: 5 }, 400, 'invalid_request'],
  ] as const;
  for (const [body, status, code] of refused) {
    const { status: got, json } = await put('norte', body);
    expect([got, json.code]).toEqual([status, code]);
  }
  expect((await put('norte', { cursor: 4 })).json).toMatchObject({
    confirmed: 5,
    hint: expect.stringContaining('DELETE'),
  });
  for (const id of ['Norte', '-norte', 'a.b', 'n'.repeat(64)])
    expect((await put(id, {})).json.code).toBe('invalid_request');
  expect((await ask('/v1/hubs')).json).toEqual(before);
});

test('a hub that is removed is told of in the log, and may register again behind what it had confirmed', async () => {
  const { put, ask, log } = await served();
  await put('norte', { cursor: 5 });
  expect((await ask('/v1/hubs/norte', { method: 'DELETE' })).status).toBe(204);
  expect((await ask('/v1/hubs/norte', { method: 'DELETE' })).json.code).toBe('hub_not_found');
  const { json } = await ask(`/v1/events?after=${log.newest}`);
  expect(json.items).toMatchObject([
    { type: 'hub.forgotten', data: { hub: 'norte', reason: 'removed', confirmed: 5 } },
  ]);
  expect((await put('norte', { cursor: 3 })).json).toMatchObject({ confirmed: 3 });
});

test('a page tells what is gone in place of it, also in a session, and begins with what is kept where no cursor is given', async () => {
  const { ask, given, log, put, store } = await served();
  await given('a', 'STOPPED');
  await given('b', 'STOPPED');
  await put('norte', {});
  const own = store.events.after(log.newest, 100, 'a').at(-1)?.id;
  store.sweep(KEEP_NONE);
  const { oldest, newest } = store.events.log();
  const page = async (path: string) => (await ask(path)).json;
  const gap = { from: 3, to: oldest - 1, reason: 'limit' };
  const { items } = await page('/v1/events?after=2');
  expect(items.map(({ id }: { id: number }) => id)).toEqual([oldest - 1, newest]);
  expect(items[0]).toEqual({ id: oldest - 1, session: '', type: 'events.gap', at: items[1].at, data: gap });
  expect(await page('/v1/events?after=2&limit=1')).toMatchObject({ items: [items[0]], cursor: oldest - 1, oldest });
  expect((await page(`/v1/events?after=${oldest - 1}`)).items).toEqual(items.slice(1));
  expect((await page('/v1/events')).items).toEqual(items.slice(1));
  expect((await page('/v1/sessions/a/events?after=2')).items).toMatchObject([
    { type: 'events.gap', data: { from: 3, to: own } },
  ]);
  expect((await page(`/v1/sessions/a/events?after=${own}`)).items).toEqual([]);
});

test('without its key no route of hubs answers', async () => {
  const { ask } = await served();
  for (const [method, path] of [
    ['GET', ''],
    ['PUT', '/norte'],
    ['DELETE', '/norte'],
  ] as const)
    expect((await ask(`/v1/hubs${path}`, { method, key: null })).status).toBe(401);
});
