import { expect, test } from 'vitest';
import { type HubWorld, hubOver } from '../hub.ts';

function create(hub: HubWorld, name: string, more: object = {}) {
  return hub.ask('/v1/tenants', { body: { name, ...more } });
}

test('a name under which a machine has a session waits for the operator, and is given with a word alone', async () => {
  const hub = await hubOver(['one', 'two']);
  await hub.managers.two?.given('acme.ventas', 'READY');
  await hub.until('acme.ventas', 'READY');
  const listed = await hub.ask('/v1/sessions');
  expect(listed.json.items).toMatchObject([{ name: 'acme.ventas', tenant: 'acme', noTenant: true }]);
  expect((await hub.ask('/v1/sessions/acme.ventas')).json.noTenant).toBe(true);
  const refused = await create(hub, 'acme');
  expect([refused.status, refused.json.code], refused.text).toEqual([409, 'tenant_has_remains']);
  expect(refused.json.detail).toContain('acme.ventas (a session of two)');
  expect(refused.json.remains).toEqual([{ machine: 'two', kind: 'session', session: 'acme.ventas' }]);
  expect((await hub.ask('/v1/tenants/acme')).status).toBe(404);
  // A name that begins alike is another one.
  expect((await create(hub, 'acm')).status).toBe(201);
  const made = await create(hub, 'acme', { acceptRemains: true });
  expect([made.status, made.json.sessions], made.text).toEqual([201, 1]);
  expect((await hub.ask('/v1/sessions/acme.ventas')).json).not.toHaveProperty('noTenant');
  const key = await hub.tenant('acme', ['read']);
  expect((await hub.ask('/v1/sessions', { key })).json.items).toMatchObject([{ name: 'ventas' }]);
  expect((await create(hub, 'acme')).json.code).toBe('tenant_exists');
});

test('what the trash and the vault hold under the name of a former tenant keeps the name until it is gone', async () => {
  const hub = await hubOver(['one']);
  const { one } = hub.managers;
  if (one === undefined) throw new Error('the machine is missing');
  expect((await create(hub, 'acme')).status).toBe(201);
  await one.given('acme.ventas', 'LINKED');
  await one.take('acme.ventas');
  await hub.until('acme.ventas', 'STOPPED');
  expect((await hub.ask('/v1/sessions/acme.ventas', { method: 'DELETE' })).status).toBe(204);
  expect((await hub.ask('/v1/tenants/acme', { method: 'DELETE' })).status).toBe(204);
  const { status, json, text } = await create(hub, 'acme');
  expect([status, json.code], text).toEqual([409, 'tenant_has_remains']);
  expect(json.remains).toEqual([
    { machine: 'one', kind: 'trash', session: 'acme.ventas' },
    { machine: 'one', kind: 'vault', session: 'acme.ventas' },
  ]);
  expect(json.detail).toContain('acme.ventas (in the trash of one), acme.ventas (in the vault of one)');
});

test('what a machine that does not answer holds is unknown, and not nothing', async () => {
  const hub = await hubOver(['one', 'two']);
  await hub.managers.two?.stop();
  await expect.poll(() => hub.links.isUp('two'), { timeout: 15_000 }).toBe(false);
  const { status, json, text } = await create(hub, 'acme');
  expect([status, json.code], text).toEqual([409, 'tenant_has_remains']);
  expect(json.unknown).toEqual([{ machine: 'two', why: 'it does not answer' }]);
  expect(json.detail).toContain('What two holds of it is not known');
  expect((await create(hub, 'acme', { acceptRemains: true })).status).toBe(201);
});
