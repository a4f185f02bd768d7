import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Bench, pause, until } from './browser.ts';

const bench = new Bench();
afterEach(() => bench.end());

const ANA = '5491100000001';
const MB = 2 ** 20;

async function sizeOf(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  // A running browser compacts its tables: a file may go while we look.
  const sizes = files.map((file) =>
    stat(file).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

test('a sync that is over before the library listens: no ready, until the page is told by hand', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  await (await bench.link(world, ANA, profile)).stop();
  world.configure({ sync: 'fast' });
  const session = bench.start(world, profile);
  await session.initialized;
  await pause(1_500);
  expect(session.events).toEqual([]);
  expect(await session.page(`window.require('WAWebSocketModel').Socket.hasSynced`)).toBe(true);
  await session.page('window.onAppStateHasSyncedEvent()');
  await session.event('ready');
});

test('a slow sync shows its progress', async () => {
  const world = await bench.world({ sync: 'slow', slowSyncMs: 1_000 });
  const session = await bench.link(world, ANA, await bench.profile());
  const percents = session.events.filter((event) => event.name === 'loading_screen').map((event) => event.args[0]);
  expect(percents.length).toBeGreaterThan(4);
  expect(percents.at(-1)).toBe(100);
});

test('a heavy page fills the profile at the first sync, and bulk history makes it grow', async () => {
  const page = {
    scriptBytes: 2 * MB,
    heapBytes: 8 * MB,
    databaseBytes: 4 * MB,
    mediaBytes: 2 * MB,
    date: 'april' as const,
  };
  const world = await bench.world({ page });
  const profile = await bench.profile();
  const session = await bench.link(world, ANA, profile);
  expect(await session.page('window.__app.modules.size')).toBeGreaterThan(500);
  expect((await session.client.getChats()).length).toBeGreaterThan(20);
  const database = join(profile, 'Default/IndexedDB');
  const media = join(profile, 'Default/Service Worker/CacheStorage');
  expect(await sizeOf(database)).toBeGreaterThan(3.5 * MB);
  await until(async () => (await sizeOf(media)) > 2 * MB, 'the media on disk');

  const before = await sizeOf(database);
  const written = await world.bulkHistory(ANA, 3 * MB);
  expect(written).toMatchObject({ bytes: 3 * MB });
  expect((await sizeOf(database)) - before).toBeGreaterThan(2 * MB);
  const startedAt = Date.now();
  await world.bulkHistory(ANA, 400 * 4096, { ratePerSec: 400 });
  expect(Date.now() - startedAt).toBeGreaterThan(800);
});

// With a service worker the pin does nothing: the worker answers the navigation before the library's interception.
test('a version of the page that the library has kept is used when it is pinned', async () => {
  const world = await bench.world({ page: { version: '2.3000.1000000001', serviceWorker: false } });
  const profile = await bench.profile();
  await (await bench.link(world, ANA, profile)).stop();
  world.configure({ page: { version: '2.3000.1000000002' } });
  const pinned = bench.start(world, profile, { version: '2.3000.1000000001' });
  await pinned.ready();
  expect(await pinned.client.getWWebVersion()).toBe('2.3000.1000000001');
  await pinned.stop();
  await world.faults.set({ deprecated: '2.3000.1000000001' });
  const old = bench.start(world, profile, { version: '2.3000.1000000001' });
  await old.waitForState('DEPRECATED_VERSION');
  await old.stop();
  await bench.start(world, profile).ready();
});
