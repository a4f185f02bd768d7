import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { SERVICE_TOKEN, startTestManager } from '@leadmaster/testkit';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Ask, send } from '../../../central-hub/test/hub.ts';
import { Phones, phoneOf } from '../../src/demo/phones.ts';
import { startStandin } from '../../src/demo/standin.ts';
import { exitOf, gone } from '../launch/fake-checkout.ts';
import { demo, needBrowser, type Running } from './demo-service.ts';

beforeEach(needBrowser);

const TIMEOUT = { timeout: 60_000 };

/** How a caller with a key speaks with a service of this machine. */
function caller(port: number, key: string) {
  return (path: string, ask: Ask = {}) => send(port, path, { key, ...ask });
}

async function runs(service: Running): Promise<void> {
  await expect.poll(service.said, TIMEOUT).toContain('LeadMaster is running');
}

async function ends(service: Running): Promise<void> {
  service.child.kill('SIGTERM');
  expect(await exitOf(service.child)).toBe(0);
}

/** What a start prints first: the page is there, and its code is good for the operator. */
async function theLinkSignsIn(service: Running): Promise<void> {
  await expect.poll(service.said, TIMEOUT).toMatch(/sign-in#code=/);
  const [link = ''] = /http\S+#code=\w+/.exec(service.said()) ?? [];
  const { origin, hash } = new URL(link);
  const page = await fetch(link);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ code: hash.slice('#code='.length) });
  const signedIn = await fetch(`${origin}/v1/sign-in`, { method: 'POST', headers, body });
  expect(await signedIn.json()).toMatchObject({ kind: 'operator' });
}

interface Told {
  id: number;
  type: string;
  session: string;
  at: string;
  data: { to?: string };
}

test('a client with nothing but its key links a session through the hub, sends, and finds all of it after a restart', async () => {
  const { folder, start, cli, hubPort, managerPort } = await demo();
  const service = start('start', '--demo', '--empty');
  await runs(service);
  await theLinkSignsIn(service);
  expect(await cli('tenants', 'create', 'acme')).toMatchObject({ code: 0 });
  const made = await cli('keys', 'create', 'app', '--tenant', 'acme', '--scopes', 'read', 'send', 'control', 'storage');
  const [key = ''] = made.text.split('\n');
  const ask = caller(hubPort, key);
  const state = async () => (await ask('/v1/sessions/ventas')).json?.state;
  const events = async (): Promise<Told[]> => (await ask('/v1/events?limit=1000')).json.items;

  const created = await ask('/v1/sessions', { body: { name: 'ventas' } });
  expect([created.status, created.json]).toMatchObject([201, { name: 'ventas', tenant: 'acme', machine: null }]);
  const qr = await ask('/v1/sessions/ventas/qr?wait=50', { headers: { accept: 'text/plain' } });
  expect([qr.status, qr.headers['content-type'], qr.text]).toMatchObject([
    200,
    expect.stringMatching(/^text\/plain/),
    expect.stringMatching(/^2@\S+$/),
  ]);
  expect(await cli('phone', 'scan', 'acme.ventas')).toMatchObject({ code: 0 });
  await expect.poll(state, TIMEOUT).toBe('READY');

  const message = { to: '5491199990000', text: 'hola por el hub' };
  const sent = await ask('/v1/sessions/ventas/messages', { body: message, headers: { 'idempotency-key': 'uno' } });
  expect([sent.status, sent.json.session]).toEqual([202, 'ventas']);
  const fate = async () => (await ask(`/v1/sessions/ventas/messages/${sent.json.id}`)).json.state;
  await expect.poll(fate, TIMEOUT).toMatch(/^(DELIVERED|READ)$/);
  expect((await cli('phone', 'inbox')).text).toContain('hola por el hub');

  const begun = await ask('/v1/sessions/ventas/snapshots', { body: {}, headers: { prefer: 'respond-async' } });
  expect(begun.status).toBe(202);
  const operation = async () => (await ask(begun.headers.location ?? '')).json;
  await expect.poll(operation, TIMEOUT).toMatchObject({ state: 'done', session: 'ventas' });
  const snapshots = await ask('/v1/sessions/ventas/snapshots');
  expect(snapshots.json.items.map(({ id }: { id: string }) => id)).toContain((await operation()).result.id);

  await expect.poll(async () => (await events()).map(({ type }) => type), TIMEOUT).toContain('snapshot.created');
  const before = await events();
  expect(new Set(before.map(({ session }) => session))).toEqual(new Set(['ventas']));
  await ends(service);

  const again = start('start', '--demo', '--empty');
  await runs(again);
  await expect.poll(state, TIMEOUT).toBe('READY');
  const isBack = async () => (await events()).slice(before.length).some(({ data }) => data.to === 'READY');
  await expect.poll(isBack, TIMEOUT).toBe(true);
  const after = await events();
  // What the hub had stays as it was; what happened while it was down is there, and each of all only once.
  expect(after.slice(0, before.length)).toEqual(before);
  expect(new Set(after.map(({ type, at, data }) => JSON.stringify([type, at, data]))).size).toBe(after.length);
  const states = after.filter(({ type }) => type === 'session.state').map(({ data }) => data.to);
  const since = states.slice(states.indexOf('STOPPING'));
  expect([...since.slice(0, 3), since.at(-1)]).toEqual(['STOPPING', 'STOPPED', 'RECONNECTING', 'READY']);
  expect(after.filter(({ type }) => type === 'session.qr')).toHaveLength(1);
  // The operator sees in both services the same log of the session, to the last event.
  const operator = readFileSync(join(folder, 'data-demo/admin.key'), 'utf8').trim();
  const logOf = async (port: number) => {
    const { json } = await caller(port, operator)('/v1/sessions/acme.ventas/events?limit=1000');
    return json.items.map(({ id: _id, ...event }: Told) => event);
  };
  await expect.poll(async () => isDeepStrictEqual(await logOf(hubPort), await logOf(managerPort)), TIMEOUT).toBe(true);
  await ends(again);
});

test('a hub alone serves the machine that was added to it, and ends in order with nothing left', async () => {
  const manager = await startTestManager();
  onTestFinished(() => manager.close());
  const { folder, start, cli, hubPort } = await demo();
  const hub = start('hub');
  await runs(hub);
  await expect.poll(hub.said, TIMEOUT).toContain('machines add NAME URL');
  const token = join(folder, 'token');
  writeFileSync(token, `${SERVICE_TOKEN}\n`, { mode: 0o600 });
  const added = await cli('machines', 'add', 'm1', `http://127.0.0.1:${manager.port}`, '--token-file', token);
  expect(added).toMatchObject({ code: 0, text: expect.stringMatching(/^m1 +up/m) });

  const ask = caller(hubPort, readFileSync(join(folder, 'data/admin.key'), 'utf8').trim());
  expect(await ask('/v1/sessions', { body: { name: 'ventas' } })).toMatchObject({
    status: 201,
    json: { machine: 'm1' },
  });
  await manager.given('ventas', 'READY');
  const listed = async () => (await ask('/v1/sessions?machine=m1')).json.items;
  await expect.poll(listed, TIMEOUT).toMatchObject([{ name: 'ventas', state: 'READY' }]);
  await ends(hub);
  expect(await gone(hub.child.pid ?? 0)).toBe(true);
  // No file of a database that is open, and none half written.
  expect(readdirSync(join(folder, 'data')).sort()).toEqual([
    'admin.key',
    'hub.db',
    'hub.secret',
    'locks',
    'service.token',
  ]);
  expect(await manager.context.sessions.get('ventas')).toMatchObject({ state: 'READY' });
});

test('a data folder that a session manager alone has written starts with a hub, and nothing is to be done', async () => {
  const { folder, startWith, cli, hubPort, managerPort } = await demo();
  const dataDir = join(folder, 'data');
  const standin = await startStandin({}, folder);
  onTestFinished(() => standin.close());
  const env = { CHROME_ARGS: standin.chromeArgs };

  const before = startWith(env, 'session-manager');
  await runs(before);
  const key = readFileSync(join(dataDir, 'admin.key'), 'utf8').trim();
  const manager = caller(managerPort, key);
  await manager('/v1/sessions', { body: { name: 'ventas' } });
  await manager('/v1/sessions', { body: { name: 'soporte', start: false } });
  const { json: shown } = await manager('/v1/sessions/ventas/qr?wait=50');
  await new Phones(standin.controlUrl).scan(phoneOf('ventas'), shown.qr);
  await expect.poll(async () => (await manager('/v1/sessions/ventas')).json.state, TIMEOUT).toBe('READY');
  await ends(before);
  expect(existsSync(join(dataDir, 'hub.db'))).toBe(false);

  const after = startWith(env, 'start');
  await runs(after);
  const ask = caller(hubPort, key);
  await expect.poll(async () => (await ask('/v1/sessions/ventas')).json.state, TIMEOUT).toBe('READY');
  expect((await ask('/v1/sessions')).json.items).toMatchObject([{ name: 'soporte' }, { name: 'ventas' }]);
  // The hub has the log from its beginning, and the commands that worked without a hub still work.
  const all = async () => (await ask('/v1/sessions/ventas/events?limit=1000')).json.items.map((one: Told) => one.type);
  await expect.poll(all, TIMEOUT).toContain('session.created');
  expect((await all()).filter((type: string) => type === 'session.qr')).toHaveLength(1);
  expect(await cli('sessions')).toMatchObject({ code: 0, text: expect.stringMatching(/^ventas +READY/m) });
  await ends(after);
});
