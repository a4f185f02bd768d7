import { afterEach, expect, test } from 'vitest';
import { Bench, pause, until } from './browser.ts';

const bench = new Bench();
afterEach(() => bench.end());

const ANA = '5491100000001';

test.each(['refused', 'hanging'] as const)(
  'a socket that is %s at the start: no event until it ends',
  async (outage) => {
    const world = await bench.world();
    const profile = await bench.profile();
    await (await bench.link(world, ANA, profile)).stop();
    await world.faults.set({ outage });
    const session = bench.start(world, profile);
    await session.waitForState('OPENING');
    await pause(1_500);
    expect(session.events).toEqual([]);
    await world.faults.clear();
    await session.ready();
    expect(session.count('qr')).toBe(0);
  },
);

test('a socket that falls silent while live is found dead by the page', async () => {
  const world = await bench.world({ page: { keepAliveMs: 400, date: 'april' } });
  const session = await bench.link(world, ANA, await bench.profile());
  await world.faults.set({ outage: 'hanging' });
  await session.event('change_state', (state) => state === 'TIMEOUT');
  await world.faults.clear();
  await session.event('change_state', (state) => state === 'CONNECTED');
  expect(world.observed.some((entry) => entry.type === 'duplicate' || entry.type === 'conflict')).toBe(false);
});

test('an unreachable page: rejected with a fresh profile, for ever pending with a service worker', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  const linked = await bench.link(world, ANA, profile);
  await linked.page(
    'navigator.serviceWorker.ready.then(() => caches.open("wa-shell")).then((c) => c.match("/")).then(Boolean)',
  );
  await until(
    async () => (await linked.page('caches.match("/").then(Boolean)')) === true,
    'the worker to keep the page',
  );
  await linked.stop();
  await world.faults.set({ outage: 'page_unreachable' });
  await expect(bench.start(world, await bench.profile()).initialized).rejects.toThrow('ERR_CONNECTION_REFUSED');

  const kept = bench.start(world, profile);
  const settled = await Promise.race([
    kept.initialized.then(
      () => 'settled',
      () => 'settled',
    ),
    pause(3_000),
  ]);
  expect(settled).toBeUndefined();
  expect(kept.events).toEqual([]);
  await world.faults.clear();
  await kept.ready();
});

test('a page host that accepts and never answers: pending until it ends', async () => {
  const world = await bench.world();
  await world.faults.set({ outage: 'page_hanging' });
  const session = bench.start(world, await bench.profile());
  const outcome = session.initialized.then(
    () => 'resolved',
    () => 'rejected',
  );
  expect(await Promise.race([outcome, pause(2_000)])).toBeUndefined();
  await world.faults.clear();
  expect(await outcome).toBe('rejected');
});
