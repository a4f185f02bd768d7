import { cp } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { Bench, until } from './browser.ts';

const bench = new Bench();
afterEach(() => bench.end());

const ANA = '5491100000001';
const BETO = '5491100000002';
const CARLA = '5491100000003';

test('a profile comes back into the world of its own moment, and gets what waited for it then', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  const session = await bench.link(world, ANA, profile);
  await world.phone(BETO).send(ANA, 'before');
  await session.event('message');
  await session.stop();
  await world.waitFor('disconnected');
  await world.phone(BETO).send(ANA, 'waiting');
  const moment = world.exportState();
  const copy = await bench.profile();
  await cp(profile, copy, { recursive: true });

  const later = bench.start(world, profile);
  await later.ready();
  await world.phone(BETO).send(ANA, 'after');
  await until(() => world.phone(ANA).devices[0]?.queued === 0, 'the device to have everything');
  await later.stop();

  const past = await bench.world({ state: moment });
  const back = bench.start(past, copy);
  await back.ready();
  const bodies = (await past.phone(ANA).stored(BETO)).map(({ body, fromMe }) => ({ body, fromMe }));
  expect(bodies).toEqual([
    { body: 'before', fromMe: false },
    { body: 'waiting', fromMe: false },
  ]);
  expect(past.observed.filter(({ type }) => type === 'rollback' || type === 'duplicate')).toEqual([]);
  expect(world.phone(BETO).sent.map(({ body }) => body)).toEqual(['before', 'waiting', 'after']);
});

test('a moment of one account knows that account and its messages alone', async () => {
  const world = await bench.world();
  await world.phone(BETO).send(ANA, 'for Ana');
  await world.phone(BETO).send(CARLA, 'for Carla');
  const moment = world.exportState([ANA]);
  await world.phone(BETO).send(ANA, 'too late');
  const past = await bench.world({ state: structuredClone(moment) });
  expect(past.phones().map(({ number }) => number)).toEqual([ANA, BETO]);
  expect(past.phone(ANA).inbox.map(({ body }) => body)).toEqual(['for Ana']);
});

test('what a device has on its disk cannot be asked while it is off', async () => {
  const world = await bench.world();
  await expect(world.phone(ANA).stored(BETO)).rejects.toMatchObject({ code: 'not_online' });
});
