import { cp, rm } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import type { World } from '../src/index.ts';
import { Bench, pause } from './browser.ts';

const bench = new Bench();
afterEach(() => bench.end());

const ANA = '5491100000001';

function noticed(world: World): string[] {
  return world.observed.map((entry) => entry.type).filter((type) => type === 'rollback' || type === 'duplicate');
}

test('an old copy of a profile that comes back is noticed, once, and may continue', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  await (await bench.link(world, ANA, profile)).stop();
  const old = await bench.profile();
  await cp(profile, old, { recursive: true });

  const current = bench.start(world, profile);
  await current.ready();
  await current.stop();
  expect(noticed(world)).toEqual([]);

  await rm(profile, { recursive: true });
  await cp(old, profile, { recursive: true });
  const back = bench.start(world, profile);
  await back.ready();
  await back.client.sendMessage('5491100000002@c.us', 'still here');
  await back.stop();
  const goesOn = bench.start(world, profile);
  await goesOn.ready();
  expect(noticed(world)).toEqual(['rollback']);
});

test('two copies of one login at the same time: the first gets CONFLICT, the second is noticed', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  const first = await bench.link(world, ANA, profile);
  await first.stop();
  const copy = await bench.profile();
  await cp(profile, copy, { recursive: true });

  const running = bench.start(world, profile);
  await running.ready();
  const twin = bench.start(world, copy);
  await twin.ready();
  expect(await running.event('disconnected')).toBe('CONFLICT');
  expect(noticed(world)).toEqual(['duplicate']);
  expect(world.observed.some((entry) => entry.type === 'conflict')).toBe(true);
});

test('two copies that take turns are noticed too, and may be logged out for it', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  await (await bench.link(world, ANA, profile)).stop();
  const copy = await bench.profile();
  await cp(profile, copy, { recursive: true });

  for (const turn of [profile, copy]) {
    const session = bench.start(world, turn);
    await session.ready();
    await session.stop();
  }
  expect(noticed(world)).toEqual(['rollback']);
  world.configure({ clones: 'logout' });
  const third = bench.start(world, profile);
  await third.event('qr');
  expect(noticed(world)).toHaveLength(2);
  expect(world.phone(ANA).devices).toEqual([]);
});

test('a restart of the page itself is nothing to notice', async () => {
  const world = await bench.world();
  const session = await bench.link(world, ANA, await bench.profile());
  await session.client.pupPage?.reload();
  await world.waitFor('login');
  world.phone(ANA).disconnectDevice();
  await session.waitForState('CONNECTED');
  await pause(300);
  expect(noticed(world)).toEqual([]);
  expect(world.observed.some((entry) => entry.type === 'conflict')).toBe(false);
});
