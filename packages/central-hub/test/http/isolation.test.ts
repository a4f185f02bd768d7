import { request as httpRequest } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expiredKey } from '../expired-key.ts';
import { type HubWorld, hubOver } from '../hub.ts';

/** Two tenants, each with a session `ventas` that is READY, on one machine. */
async function twoTenants(): Promise<HubWorld & { acme: string; beta: string }> {
  const world = await hubOver(['one']);
  const [acme, beta] = [await world.tenant('acme'), await world.tenant('beta')];
  for (const key of [acme, beta]) {
    const made = await world.ask('/v1/sessions', { key, body: { name: 'ventas', start: false } });
    expect(made.status, made.text).toBe(201);
  }
  for (const name of ['acme.ventas', 'beta.ventas']) {
    await world.managers.one?.given(name, 'READY');
    await world.until(name, 'READY');
  }
  return { ...world, acme, beta };
}

describe("a tenant's key", () => {
  test('names its sessions with its prefix or without, and sees them by their own names', async () => {
    const { ask, acme } = await twoTenants();
    for (const name of ['ventas', 'acme.ventas']) {
      const shown = await ask(`/v1/sessions/${name}`, { key: acme });
      expect(shown.json, shown.text).toMatchObject({ name: 'ventas', tenant: 'acme', machine: null, runtime: null });
    }
    const list = await ask('/v1/sessions', { key: acme });
    expect(list.json.items.map(({ name }: { name: string }) => name)).toEqual(['ventas']);
    expect((await ask('/v1/me', { key: acme })).json).toMatchObject({ kind: 'tenant', tenant: 'acme', sessions: null });
    expect((await ask('/v1/sessions')).json.items.map(({ name }: { name: string }) => name)).toEqual([
      'acme.ventas',
      'beta.ventas',
    ]);
  });

  test('gets the same answer for what is not there and what belongs to another', async () => {
    const { ask, acme } = await twoTenants();
    const without = (text: string): string => text.replaceAll(/beta\.ventas|none/g, 'NAME');
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/start'],
      ['GET', '/messages'],
      ['GET', '/events'],
      ['GET', '/snapshots'],
      ['DELETE', ''],
    ]) {
      const foreign = await ask(`/v1/sessions/beta.ventas${path}`, { key: acme, method: method as string });
      const absent = await ask(`/v1/sessions/none${path}`, { key: acme, method: method as string });
      expect([foreign.status, foreign.json.code]).toEqual([404, 'session_not_found']);
      expect(without(foreign.text)).toBe(without(absent.text));
    }
    const made = await ask('/v1/sessions', { key: acme, body: { name: 'beta.other', start: false } });
    expect([made.status, made.json.code]).toEqual([400, 'invalid_session_name']);
    expect((await ask('/v1/sessions/beta.ventas')).json.state).toBe('READY');
  });

  test('reads and follows the events of its own sessions alone, in its own names', async () => {
    const { ask, acme, beta, managers, port, store } = await twoTenants();
    const page = await ask('/v1/events?limit=500', { key: acme });
    expect(page.json.items.length).toBeGreaterThan(2);
    expect(new Set(page.json.items.map(({ session }: { session: string }) => session))).toEqual(new Set(['ventas']));
    expect(page.text).not.toContain('beta');
    // Its own numbers: none is missing for what others did, and its log is no other tenant's.
    const ids = page.json.items.map(({ id }: { id: number }) => id);
    expect(ids).toEqual(ids.map((_: number, at: number) => ids[0] + at));
    expect((await ask('/v1/events', { key: beta })).json.logId).not.toBe(page.json.logId);
    const stream = await follow(port, '/v1/events', acme);
    await ask('/v1/sessions/ventas/stop?wait=10', { key: beta, method: 'POST' });
    await ask('/v1/sessions/ventas/stop?wait=10', { key: acme, method: 'POST' });
    await expect.poll(() => stream.text()).toContain('"to":"STOPPED"');
    expect(stream.text()).toContain('"session":"ventas"');
    expect(stream.text()).not.toContain('beta');
    const stops = (await store.events.page({ after: 0, limit: 500 })).items.filter(
      ({ data }) => (data as { to?: string }).to === 'STOPPED',
    );
    expect(new Set(stops.map(({ session }) => session))).toEqual(new Set(['acme.ventas', 'beta.ventas']));
    expect(managers.one).toBeDefined();
  });

  test("does not reach what is the operator's, nor what its scopes and sessions leave out", async () => {
    const { ask, acme, tenant } = await twoTenants();
    for (const path of [
      '/v1/tenants',
      '/v1/keys',
      '/v1/machines',
      '/v1/builds',
      '/metrics',
      '/v1/place',
      '/v1/recover',
    ]) {
      const refused = await ask(path, { key: acme });
      expect([path, refused.status, refused.json.code]).toEqual([path, 403, 'forbidden']);
    }
    const reader = await tenant('acme', ['read']);
    expect((await ask('/v1/sessions/ventas/stop', { key: reader, method: 'POST' })).json).toMatchObject({
      code: 'scope_missing',
      scope: 'control',
    });
    expect((await ask('/v1/sessions/ventas/qr', { key: reader })).json.code).toBe('scope_missing');
    const one = await tenant('acme', ['read', 'control'], { sessions: ['soporte'] });
    expect((await ask('/v1/sessions/ventas', { key: one })).status).toBe(404);
    expect((await ask('/v1/sessions', { key: one })).json.items).toEqual([]);
    expect((await ask('/v1/events', { key: one })).json.items).toEqual([]);
  });

  test('owns the operations that it began, and no other', async () => {
    const { ask, acme, beta } = await twoTenants();
    const headers = { prefer: 'respond-async' };
    const begun = await ask('/v1/sessions/ventas/snapshots', { key: acme, body: {}, headers });
    expect(begun.json, begun.text).toMatchObject({ session: 'ventas' });
    const mine = await ask(`${begun.headers.location}?wait=20`, { key: acme });
    expect(mine.json).toMatchObject({ state: 'done', session: 'ventas', result: { session: 'ventas' } });
    const foreign = await ask(begun.headers.location as string, { key: beta });
    const absent = await ask('/v1/operations/op_none', { key: beta });
    expect([foreign.status, absent.status]).toEqual([404, 404]);
    expect((await ask('/v1/operations', { key: beta })).json.items).toEqual([]);
    const own = (await ask('/v1/operations', { key: acme })).json;
    expect([own.items.length, own.unanswered]).toEqual([1, []]);
  });

  test('ends at once, with its open stream, when it is revoked', async () => {
    const { ask, acme, port } = await twoTenants();
    const stream = await follow(port, '/v1/events', acme);
    const { keyId } = (await ask('/v1/me', { key: acme })).json;
    expect((await ask(`/v1/keys/${keyId}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask('/v1/sessions', { key: acme })).status).toBe(401);
    await expect.poll(() => stream.isOver(), { timeout: 2_500 }).toBe(true);
  });

  test('that is revoked while its stream is opened gets no stream', async () => {
    const { ask, store, tenant } = await hubOver([]);
    const key = await tenant('acme', ['read']);
    const { keyId } = (await ask('/v1/me', { key })).json;
    const [asked, released, looked] = [0, 0, 0].map(() => Promise.withResolvers<void>());
    const [page, find] = [store.events.page.bind(store.events), store.keys.find.bind(store.keys)];
    store.events.page = async (query) => {
      asked?.resolve();
      await released?.promise;
      return page(query);
    };
    const opening = ask('/v1/events', { key, headers: { accept: 'text/event-stream' } });
    await asked?.promise;
    store.keys.find = async (id) => {
      const found = await find(id);
      if (found === null) looked?.resolve();
      return found;
    };
    await ask(`/v1/keys/${keyId}`, { method: 'DELETE' });
    await looked?.promise;
    released?.resolve();
    expect((await opening).status).toBe(401);
  });

  test('expires, and is good from its addresses alone', async () => {
    const { ask, store, tenant } = await twoTenants();
    const elsewhere = await tenant('acme', ['read'], { addresses: ['10.0.0.0/8'] });
    expect((await ask('/v1/me', { key: elsewhere })).status).toBe(401);
    const here = await tenant('acme', ['read'], { addresses: ['127.0.0.0/8'] });
    expect((await ask('/v1/me', { key: here })).status).toBe(200);
    const over = await expiredKey(store, 'acme', ['read']);
    expect((await ask('/v1/me', { key: over })).status).toBe(401);
  });

  test('is not made where it would have ended already', async () => {
    const { ask } = await twoTenants();
    const before = (await ask('/v1/keys')).json;
    const made = await ask('/v1/keys', { body: { name: 'late', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' } });
    expect([made.status, made.json]).toEqual([
      400,
      expect.objectContaining({ code: 'expiry_in_past', hint: expect.stringContaining('future') as string }),
    ]);
    expect((await ask('/v1/keys')).json).toEqual(before);
  });
});

test('a key that sends more than it may is told when to come again', async () => {
  const { ask, tenant } = await hubOver(['one'], { ratePerSecond: 5 });
  const key = await tenant('acme', ['read']);
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask('/v1/me', { key })));
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.json).toMatchObject({ code: 'rate_limited' });
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
});

test('a key that signs browsers in sends no more of that than of anything else', async () => {
  const { ask, tenant } = await hubOver([], { ratePerSecond: 5 });
  const key = await tenant('acme', ['read']);
  const signIn = () => ask('/v1/sign-in', { key: null, body: { key } });
  const answers = await Promise.all(Array.from({ length: 12 }, signIn));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  expect(answers.filter(({ json }) => json.code === 'rate_limited')).toHaveLength(7);
});

test('a key has so many calls open at most, by whichever of its sign-ins, and keeps no other key out', async () => {
  const { ask, tenant, port } = await hubOver([], { mostOpen: 2 });
  const [acme, beta] = [await tenant('acme', ['read']), await tenant('beta', ['read'])];
  const signedIn = await ask('/v1/sign-in', { key: null, body: { key: acme } });
  const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const [first] = [await follow(port, '/v1/events', acme), await follow(port, '/v1/events', acme)];
  for (const by of [{ key: acme }, { key: null, headers: { cookie } }]) {
    const refused = await ask('/v1/events?wait=0', by);
    expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([429, 'rate_limited', '1']);
    expect((await ask('/v1/me', by)).status).toBe(200);
  }
  expect((await ask('/v1/events?wait=0', { key: beta })).status).toBe(200);
  first.end();
  await expect.poll(async () => (await ask('/v1/events?wait=0', { key: acme })).status).toBe(200);
});

test('a Host that is not the address of the hub is refused', async () => {
  const { ask } = await hubOver([], { url: 'https://hub.example.org' });
  const from = (host: string) => ask('/v1/me', { headers: { host } });
  expect((await from('evil.example.org')).json).toMatchObject({ status: 421, code: 'misdirected' });
  expect((await from('hub.example.org')).status).toBe(200);
  expect((await from('localhost:3012')).status).toBe(200);
});

test('a machine that is plain http elsewhere, has another token or is none is refused, and not kept', async () => {
  const { ask, managers } = await hubOver(['one']);
  const token = 'some-token';
  const add = (url: string) => ask('/v1/machines', { body: { name: 'new', url, token } });
  expect((await add('http://10.1.2.3:3001')).json.code).toBe('machine_refused');
  expect((await add(`http://127.0.0.1:${managers.one?.port}`)).json.code).toBe('machine_refused');
  expect((await add('http://127.0.0.1:1')).json.code).toBe('machine_unreachable');
  expect((await ask('/v1/machines')).json.items).toHaveLength(1);
});

/** What comes over an event stream. */
async function follow(
  port: number,
  path: string,
  key: string,
): Promise<{ text: () => string; isOver: () => boolean; end: () => void }> {
  let [text, over] = ['', false];
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${key}` };
  const request = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false });
  request.on('error', () => {
    over = true;
  });
  onTestFinished(() => void request.destroy());
  const answered = Promise.withResolvers<void>();
  request.on('response', (response) => {
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      answered.resolve();
    });
    response.on('error', () => {});
    response.on('close', () => {
      over = true;
    });
  });
  request.end();
  await answered.promise;
  return { text: () => text, isOver: () => over, end: () => void request.destroy() };
}
