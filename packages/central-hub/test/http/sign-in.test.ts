import { createHash } from 'node:crypto';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ADMIN_KEY, SERVICE_TOKEN } from '@leadmaster/testkit';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createHubServer, type HubServerOptions } from '../../src/http/server.ts';
import { SendingTeller } from '../../src/machines/sending-teller.ts';
import { hubOver, send, type TestHub } from '../hub.ts';
import { by, cookieOf, FROM_PAGE, signedIn } from '../signed-in.ts';
import { serverOptions } from '../start-hub.ts';

const hub = (options: Partial<HubServerOptions> = {}) => hubOver([], { wrongKeyWaitMs: 0, ...options });

test('a key signs in: the cookie is for no script, for this site alone, and stands for the key', async () => {
  const world = await hub();
  const answer = await world.ask('/v1/sign-in', { key: null, body: { key: ADMIN_KEY } });
  expect(answer.json).toMatchObject({ kind: 'operator', tenant: null, keyId: null });
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(/^leadmaster=[A-Za-z0-9]{40}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/),
  ]);
  const me = await world.ask('/v1/me', by(cookieOf(answer)));
  expect(me.json).toEqual(answer.json);
  expect(answer.text).not.toContain(ADMIN_KEY);
});

test("a tenant's key signs in as that tenant, with its scopes", async () => {
  const world = await hub();
  const key = await world.tenant('acme', ['read', 'control']);
  const cookie = await signedIn(world, { key });
  expect((await world.ask('/v1/me', by(cookie))).json).toMatchObject({
    kind: 'tenant',
    tenant: 'acme',
    scopes: ['read', 'control'],
  });
  expect((await world.ask('/v1/tenants', by(cookie))).json).toMatchObject({ code: 'forbidden' });
  expect((await world.ask('/v1/sessions/x/messages', by(cookie, { body: {} }))).json.code).toBe('scope_missing');
});

test('where the public address is https, the cookie is Secure and no other host of the domain can set it', async () => {
  const world = await hub({ url: 'https://hub.example.org' });
  const headers = { host: 'hub.example.org', origin: 'https://hub.example.org' };
  const answer = await world.ask('/v1/sign-in', { key: null, body: { key: ADMIN_KEY }, headers });
  expect(answer.headers['set-cookie']?.[0]).toMatch(
    /^__Host-leadmaster=.*; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
  );
  const planted = cookieOf(answer).replace('__Host-', '');
  expect((await world.ask('/v1/me', by(planted, { headers: { host: 'hub.example.org' } }))).status).toBe(401);
});

test('a wrong key and a body that is neither key nor code are refused, and no cookie is given', async () => {
  const { ask } = await hub();
  const tried = (body: unknown) => ask('/v1/sign-in', { key: null, body });
  for (const body of [{ key: 'wrong' }, { key: `lm_${'a'.repeat(12)}_${'a'.repeat(40)}` }, { code: 'a'.repeat(40) }]) {
    const answer = await tried(body);
    expect([answer.status, answer.json.code, answer.headers['set-cookie']]).toEqual([401, 'unauthorized', undefined]);
  }
  for (const body of [{}, { key: ADMIN_KEY, code: 'x' }, { key: '' }, null]) {
    expect([(await tried(body)).status, body]).toEqual([400, body]);
  }
});

test('the code of a link signs in once, and no code of it is in the address that a server sees', async () => {
  const world = await hub();
  const made = await world.ask('/v1/sign-in-codes', { method: 'POST' });
  expect(made.status).toBe(201);
  const { code, url, expiresAt } = made.json;
  expect(url).toBe(`http://127.0.0.1:${world.port}/sign-in#code=${code}`.replace('127.0.0.1', new URL(url).hostname));
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(9 * 60_000);
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(10 * 60_000);
  const both = await Promise.all([1, 2].map(() => world.ask('/v1/sign-in', { key: null, body: { code } })));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  const late = await world.ask('/v1/sign-in', { key: null, body: { code } });
  expect(late.json).toMatchObject({
    code: 'unauthorized',
    hint: expect.stringContaining('./leadmaster open') as string,
  });
});

test('a link is as good as the key that asked for it, and ends with it', async () => {
  const world = await hub();
  const key = await world.tenant('acme', ['read', 'control']);
  const link = async () => (await world.ask('/v1/sign-in-codes', { method: 'POST', key })).json.code as string;
  const [first, second] = [await link(), await link()];
  const cookie = await signedIn(world, { code: first });
  const { json: me } = await world.ask('/v1/me', by(cookie));
  expect(me).toMatchObject({ kind: 'tenant', tenant: 'acme', scopes: ['read', 'control'] });
  await world.ask(`/v1/keys/${me.keyId}`, { method: 'DELETE' });
  expect((await world.ask('/v1/me', by(cookie))).status).toBe(401);
  expect((await world.ask('/v1/sign-in', { key: null, body: { code: second } })).status).toBe(401);
});

test('a change by cookie lacks nothing but the header: without it nothing is changed, with a key it needs none', async () => {
  const world = await hub();
  const cookie = await signedIn(world);
  const body = { name: 'acme' };
  const make = (headers: Record<string, string>) => world.ask('/v1/tenants', { key: null, body, headers });
  for (const headers of [{ cookie }, { cookie, 'x-leadmaster-request': '0' }]) {
    expect((await make(headers as Record<string, string>)).json).toMatchObject({ status: 403, code: 'forbidden' });
  }
  expect(await world.store.tenants.get('acme')).toBeNull();
  expect((await make({ cookie, ...FROM_PAGE })).status).toBe(201);
  expect((await world.ask('/v1/tenants', { body: { name: 'beta' }, headers: { cookie } })).status).toBe(201);
  expect((await world.ask('/v1/me', { key: null, headers: { cookie } })).status).toBe(200);
});

test('a page of another address can neither change anything nor sign a browser in', async () => {
  const world = await hub();
  const cookie = await signedIn(world);
  for (const origin of ['https://evil.example.org', `http://127.0.0.1:${world.port + 1}`, 'null']) {
    const changed = await world.ask('/v1/tenants', by(cookie, { body: { name: 'acme' }, headers: { origin } }));
    const opened = await world.ask('/v1/sign-in', { key: null, body: { key: ADMIN_KEY }, headers: { origin } });
    const ended = await world.ask('/v1/sign-out', by(cookie, { method: 'POST', headers: { origin } }));
    expect([origin, changed.status, opened.status, ended.status]).toEqual([origin, 403, 403, 403]);
    expect(opened.headers['set-cookie']).toBeUndefined();
  }
  expect(await world.store.tenants.get('acme')).toBeNull();
  expect((await world.ask('/v1/me', by(cookie))).status).toBe(200);
});

test('a form of another page cannot sign in: what is no JSON is not read', async () => {
  const { ask } = await hub();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await ask('/v1/sign-in', { key: null, body: `key=${ADMIN_KEY}`, headers });
  expect([answer.status, answer.headers['set-cookie']]).toEqual([415, undefined]);
});

test('a cookie that the browser had before is worth nothing after a sign-in: a planted one opens nothing', async () => {
  const world = await hub();
  const planted = `leadmaster=${'a'.repeat(40)}`;
  const first = await signedIn(world, { key: ADMIN_KEY }, { cookie: planted });
  expect(first).not.toBe(planted);
  const second = await signedIn(world, { key: ADMIN_KEY }, { cookie: first });
  expect(second).not.toBe(first);
  const statusOf = async (cookie: string) => (await world.ask('/v1/me', by(cookie))).status;
  expect([await statusOf(planted), await statusOf(first), await statusOf(second)]).toEqual([401, 401, 200]);
  // Of two that differ, one was planted: neither is believed.
  expect(await statusOf(`${second}; ${planted}`)).toBe(401);
});

test('a sign-out ends the sign-in and takes the cookie away; without one it does nothing', async () => {
  const world = await hub();
  const [cookie, other] = [await signedIn(world), await signedIn(world)];
  const out = await world.ask('/v1/sign-out', by(cookie, { method: 'POST' }));
  expect([out.status, out.headers['set-cookie']?.[0]]).toEqual([
    204,
    expect.stringMatching(/^leadmaster=; Max-Age=0;/),
  ]);
  expect((await world.ask('/v1/me', by(cookie))).json).toMatchObject({ status: 401, detail: 'The sign-in has ended.' });
  expect((await world.ask('/v1/me', by(other))).status).toBe(200);
  expect((await world.ask('/v1/sign-out', { method: 'POST', key: null })).status).toBe(204);
});

test('a sign-in is good on every hub of the database, and ends on all of them with its key, its streams too', async () => {
  const world = await hub();
  const port = await anotherHub(world, ADMIN_KEY);
  const key = await world.tenant('acme', ['read']);
  const cookie = await signedIn(world, { key });
  expect((await send(port, '/v1/me', by(cookie))).json).toMatchObject({ tenant: 'acme' });
  const stream = await openStream(port, cookie);
  const { keyId } = (await world.ask('/v1/me', by(cookie))).json;
  await world.ask(`/v1/keys/${keyId}`, { method: 'DELETE' });
  await expect.poll(() => stream.isOver(), { timeout: 3_000 }).toBe(true);
  expect((await world.ask('/v1/me', by(cookie))).status).toBe(401);
  expect((await send(port, '/v1/me', by(cookie))).status).toBe(401);
});

test('the stream of a browser that signs out ends', async () => {
  const world = await hub();
  const cookie = await signedIn(world);
  const stream = await openStream(world.port, cookie);
  await world.ask('/v1/sign-out', by(cookie, { method: 'POST' }));
  await expect.poll(() => stream.isOver(), { timeout: 3_000 }).toBe(true);
});

test('a sign-in by an admin key that was replaced has ended', async () => {
  const world = await hub();
  const cookie = await signedIn(world);
  const [same, replaced] = [await anotherHub(world, ADMIN_KEY), await anotherHub(world, 'another-admin-key')];
  expect((await send(same, '/v1/me', by(cookie))).status).toBe(200);
  expect((await send(replaced, '/v1/me', by(cookie))).status).toBe(401);
});

test('the store has neither the cookie nor anything that finds the admin key', async () => {
  const world = await hub();
  const secret = (await signedIn(world)).split('=')[1] ?? '';
  const id = createHash('sha256').update(secret).digest('hex');
  const record = await world.store.signIns.find('cookie', id);
  expect(record).toEqual({ keyId: null, mark: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  const plain = createHash('sha256').update(ADMIN_KEY).digest('hex');
  expect(record?.mark).not.toBe(plain);
  expect(JSON.stringify(world.logLines)).not.toContain(secret);
});

/** A second hub on the same database. */
async function anotherHub({ store, links }: TestHub, adminKey: string): Promise<number> {
  const log = pino({ level: 'silent' });
  const app = await createHubServer({
    ...serverOptions({ store, links, log, teller: new SendingTeller(store, links, log) }),
    secrets: { adminKey, serviceToken: SERVICE_TOKEN },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  return (app.server.address() as AddressInfo).port;
}

/** Follows all events as a browser does; resolves once the stream is open. */
async function openStream(port: number, cookie: string): Promise<{ isOver: () => boolean }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ isOver: () => boolean }>();
  const headers = { cookie, accept: 'text/event-stream' };
  const request = get({ host: '127.0.0.1', port, path: '/v1/events', headers, agent: false }, (response) => {
    let isOver = false;
    response.resume();
    response.on('close', () => {
      isOver = true;
    });
    resolve({ isOver: () => isOver });
  });
  request.on('error', reject);
  onTestFinished(() => void request.destroy());
  return promise;
}
