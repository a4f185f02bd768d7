import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SERVICE_TOKEN, startTestManager } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { hubOver, send } from '../hub.ts';

type World = Awaited<ReturnType<typeof hubOver>>;

const change = ({ ask }: World, body: object) => ask('/v1/machines/one', { method: 'PATCH', body });

test('a machine with sessions gets another address, and its sessions answer there', async () => {
  const world = await hubOver(['one']);
  await world.ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  const other = await startTestManager();
  onTestFinished(() => other.close());
  await other.context.sessions.create({ name: 'ventas', start: false, metadata: { at: 'other' } });
  const refused = await change(world, { token: 'another-token' });
  expect([refused.status, refused.json.code]).toEqual([422, 'machine_refused']);
  const changed = await change(world, { url: `http://127.0.0.1:${other.port}`, token: SERVICE_TOKEN });
  expect([changed.status, changed.json.url]).toEqual([200, `http://127.0.0.1:${other.port}`]);
  expect((await world.ask('/v1/sessions/ventas')).json.metadata).toEqual({ at: 'other' });
});

test('a session that is made at its machine is known here as soon as that has told of it', async () => {
  const world = await hubOver(['one']);
  const { port } = world.managers.one ?? { port: 0 };
  for (const name of ['a', 'b', 'c', 'd']) {
    await send(port, '/v1/sessions', { key: SERVICE_TOKEN, body: { name, start: false } });
    await world.until(name, 'STOPPED');
  }
});

test('a machine has a second address for other machines, which is https or loopback', async () => {
  const { ask, managers } = await hubOver(['one']);
  const url = `http://127.0.0.1:${managers.one?.port}`;
  const add = (peerUrl: string) => ask('/v1/machines', { body: { name: 'two', url, token: SERVICE_TOKEN, peerUrl } });
  expect((await add('http://two.example.org')).json.code).toBe('machine_refused');
  expect((await add('https://two.example.org/')).json).toMatchObject({ url, peerUrl: 'https://two.example.org' });
  const change = (peerUrl: unknown) => ask('/v1/machines/one', { method: 'PATCH', body: { peerUrl } });
  expect((await change('https://one.example.org/path')).json.code).toBe('machine_refused');
  expect((await change('https://one.example.org')).json.peerUrl).toBe('https://one.example.org');
  expect((await change(null)).json).toMatchObject({ url, peerUrl: null });
});

test('a log that is another one is named, read no further, and from its beginning once it is accepted', async () => {
  const world = await hubOver(['one']);
  await world.ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  await expect.poll(async () => world.store.events.newest()).toBeGreaterThan(0);
  const before = (await world.store.events.page({ after: 0, limit: 500 })).items.length;
  const other = await startTestManager();
  onTestFinished(() => other.close());
  await other.context.sessions.create({ name: 'nueva', start: false, metadata: {} });
  await change(world, { url: `http://127.0.0.1:${other.port}` });
  const machine = async () => (await world.ask('/v1/machines')).json.items[0];
  await expect.poll(async () => (await machine()).attention).toBe('other_log');
  expect((await world.store.events.page({ after: 0, limit: 500 })).items).toHaveLength(before);
  expect(await world.store.sessions.get('nueva')).toBe(null);
  expect((await change(world, { acceptLog: true })).status).toBe(200);
  await world.until('nueva', 'STOPPED');
  expect((await machine()).attention).toBe(null);
  const made = async () => {
    const { items } = await world.store.events.page({ after: 0, limit: 500 });
    return items.filter(({ session, type }) => session === 'nueva' && type === 'session.created');
  };
  await expect.poll(made).toHaveLength(1);
});

test('a machine whose good answers cannot be read is named as that, until they can', async () => {
  const world = await hubOver(['one']);
  await world.ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  await world.until('ventas', 'STOPPED');
  const machine = async () => (await world.ask('/v1/machines')).json.items[0];
  expect((await machine()).attention).toBe(null);
  const { port = 0 } = world.managers.one ?? {};
  let isOfAnotherVersion = true;
  const between = createServer(async (request, response) => {
    const isList = request.url?.startsWith('/v1/sessions') === true && isOfAnotherVersion;
    const told = await fetch(`http://127.0.0.1:${port}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization: request.headers.authorization ?? '' },
    });
    response.writeHead(told.status, { 'content-type': told.headers.get('content-type') ?? '' });
    response.end(isList ? '{"sessions":[]}' : await told.text());
  });
  await new Promise<void>((listening) => void between.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void between.close().closeAllConnections());
  await change(world, { url: `http://127.0.0.1:${(between.address() as AddressInfo).port}` });
  await expect.poll(async () => (await machine()).attention).toBe('unreadable');
  isOfAnotherVersion = false;
  await expect.poll(async () => (await machine()).attention).toBe(null);
});

test('a machine with sessions is removed with force alone, and its sessions run on there', async () => {
  const world = await hubOver(['one']);
  await world.ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  const remove = (query: string) => world.ask(`/v1/machines/one${query}`, { method: 'DELETE' });
  expect((await remove('')).json.code).toBe('machine_has_sessions');
  expect((await remove('?force=true')).status).toBe(204);
  expect((await world.ask('/v1/sessions')).json.items).toEqual([]);
  expect((await world.managers.one?.context.sessions.list())?.items).toHaveLength(1);
});
