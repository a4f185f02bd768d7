import { ADMIN_KEY } from '@leadmaster/testkit';
import { expect, test } from 'vitest';
import { hubOver } from '../hub.ts';

test('an earlier service connects, sees the QR and the state, sends and disconnects at the address of the hub', async () => {
  const { ask, managers } = await hubOver(['one'], { compat: 'open' }, { env: { LEADMASTER_COMPAT: 'open' } });
  const open = (path: string, body?: unknown) =>
    ask(path, { key: null, method: body === undefined ? 'GET' : 'POST', ...(body === undefined ? {} : { body }) });
  expect((await open('/status?_=1')).json).toMatchObject({ connected: false });
  expect((await open('/connect', {})).json).toMatchObject({ success: true, session: 'admin' });
  await managers.one?.given('admin', 'READY');
  expect((await open('/status')).json).toMatchObject({ status: 'READY', state: 'READY', connected: true });
  expect((await open('/qr')).json).toEqual({ status: 'NO_QR' });
  const empty = await open('/send', { to: '5491123456789', message: '' });
  expect([empty.status, empty.json.code]).toEqual([400, 'INVALID_REQUEST']);
  expect((await open('/disconnect', {})).json).toEqual({ success: true });
  expect((await ask('/v1/sessions/admin')).json.state).toBe('STOPPED');
  // Through a proxy, or from elsewhere, a key is needed.
  const proxied = await ask('/status', { key: null, headers: { 'x-forwarded-for': '10.0.0.1' } });
  expect(proxied.status).toBe(401);
});

test("a tenant's key means the tenant's own session, and needs the scope", async () => {
  const { ask, tenant, managers } = await hubOver(['one']);
  const key = await tenant('acme', ['read', 'control', 'send']);
  const made = await ask('/connect', { key, body: {}, headers: { 'x-session': 'ventas' } });
  expect([made.status, made.json.session], made.text).toEqual([200, 'ventas']);
  expect((await managers.one?.context.sessions.list())?.items.map(({ name }) => name)).toEqual(['acme.ventas']);
  const reader = await tenant('acme', ['read']);
  const refused = await ask('/send', { key: reader, body: { to: '5491123456789', message: 'hola' } });
  expect([refused.status, refused.json.code]).toEqual([403, 'SCOPE_MISSING']);
  expect((await ask('/status', { key: ADMIN_KEY, headers: { 'x-session': 'acme.ventas' } })).status).toBe(200);
  expect((await ask('/status', { key: null })).status).toBe(401);
});
