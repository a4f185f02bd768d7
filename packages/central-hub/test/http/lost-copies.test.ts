import { LeadMasterError } from '@leadmaster/protocol';
import { expect, test, vi } from 'vitest';
import { hubOver } from '../hub.ts';

const AWAY = new LeadMasterError('database_unreachable', 'The database of the hub is away.', 'Ask again.');

test('a session that its machine has made is told as made where the database breaks after that', async () => {
  const { store, ask, until } = await hubOver(['m1']);
  vi.spyOn(store.sessions, 'put').mockRejectedValue(AWAY);
  const made = await ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  expect([made.status, made.json.name]).toEqual([201, 'ventas']);
  await ask('/v1/sessions/ventas/start', { method: 'POST' });
  await until('ventas', 'INITIALIZING');
});

test('a session that its machine has deleted is told as deleted where the database breaks after that', async () => {
  const { store, ask } = await hubOver(['m1']);
  await ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  vi.spyOn(store.sessions, 'remove').mockRejectedValueOnce(AWAY);
  expect((await ask('/v1/sessions/ventas', { method: 'DELETE' })).status).toBe(204);
  expect((await ask('/v1/sessions/ventas')).status).toBe(404);
});

test('a long call that its machine has begun is told as begun where the database breaks after that', async () => {
  const { store, ask, managers } = await hubOver(['m1']);
  await ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  await managers.m1?.given('ventas', 'LINKED');
  vi.spyOn(store.operations, 'put').mockRejectedValue(AWAY);
  const headers = { prefer: 'respond-async' };
  const begun = await ask('/v1/sessions/ventas/snapshots', { body: {}, headers });
  expect([begun.status, begun.json.kind]).toEqual([202, 'snapshot']);
  await expect.poll(async () => (await ask('/v1/sessions/ventas/snapshots')).json.items).toHaveLength(1);
  // That it is not known says nothing of what it came to.
  expect((await ask(begun.headers.location as string)).json.code).toBe('operation_not_found');
});
