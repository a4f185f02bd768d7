import { afterEach, expect, test } from 'vitest';
import { Bench, pause, until } from './browser.ts';

const bench = new Bench();
afterEach(() => bench.end());

const ANA = '5491100000001';

test('unlinked from the phone while live: LOGOUT, and a new QR in the same browser', async () => {
  const world = await bench.world();
  const session = await bench.link(world, ANA, await bench.profile(), { auth: 'local' });
  await world.phone(ANA).unlink();
  expect(await session.event('disconnected')).toBe('LOGOUT');
  await until(() => session.count('qr') === 2, 'a new QR');
  expect(world.phone(ANA).devices).toEqual([]);
});

test('unlinked while off: only a QR comes', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  await (await bench.link(world, ANA, profile)).stop();
  await world.phone(ANA).unlink();
  const session = bench.start(world, profile);
  await session.event('qr');
  expect(new Set(session.events.map((event) => event.name))).toEqual(new Set(['qr']));
});

test('logged out by the library: the link is gone on the server', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  const session = await bench.link(world, ANA, profile);
  await session.client.logout();
  expect(world.phone(ANA).devices).toEqual([]);
  await bench.start(world, profile).event('qr');
});

test('banned while live: TOS_BLOCK; banned at the start: a state and no event', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  const session = await bench.link(world, ANA, profile);
  world.phone(ANA).ban();
  expect(await session.event('disconnected')).toBe('TOS_BLOCK');
  await until(() => !session.client.pupBrowser?.connected, 'the library to close its browser');
  const blocked = bench.start(world, profile);
  await blocked.waitForState('TOS_BLOCK');
  await pause(500);
  expect(blocked.events).toEqual([]);
  await blocked.stop();
  world.phone(ANA).unban();
  await bench.start(world, profile).ready();
});

test('a deprecated version: a state and no event', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  await (await bench.link(world, ANA, profile)).stop();
  await world.faults.set({ deprecated: true });
  const session = bench.start(world, profile);
  await session.waitForState('DEPRECATED_VERSION');
  await pause(500);
  expect(session.events).toEqual([]);
  await session.stop();
  await world.faults.clear();
  await bench.start(world, profile).ready();
});

test('conflict on order, and a line that is cut comes back', async () => {
  const world = await bench.world();
  const session = await bench.link(world, ANA, await bench.profile());
  world.phone(ANA).disconnectDevice({ forMs: 1_000 });
  await session.event('change_state', (state) => state === 'OPENING');
  await session.event('change_state', (state) => state === 'CONNECTED');
  expect(session.count('ready')).toBe(1);
  world.phone(ANA).resync();
  await until(() => session.count('ready') > 1, 'a second ready');
  world.phone(ANA).conflict();
  expect(await session.event('disconnected')).toBe('CONFLICT');
});

test('a library that takes over after a conflict is connected again', async () => {
  const world = await bench.world();
  const session = await bench.link(world, ANA, await bench.profile(), { takeover: true });
  world.phone(ANA).conflict();
  await session.event('change_state', (state) => state === 'CONFLICT');
  await session.event('change_state', (state) => state === 'CONNECTED');
  expect(session.count('disconnected')).toBe(0);
});
