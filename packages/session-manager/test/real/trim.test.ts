import { readdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { Stage } from './harness.ts';

const PHONE = '5491100000001';
const FRIEND = '5491100000002';
const MB = 2 ** 20;
const now = () => AbortSignal.timeout(15_000);

describe('a grown profile', () => {
  test('is trimmed, and comes back READY without a QR and with every message', { timeout: 120_000 }, async () => {
    await using stage = await Stage.open();
    await stage.start();
    await stage.link('ventas', PHONE);
    const { sessions, access, storage, paths } = stage.context;
    await stage.world.bulkHistory(PHONE, 4 * MB, { mediaBytes: 30 * MB });
    await stage.world.phone(FRIEND).send(PHONE, 'antes');
    await stage.event(({ data }) => data.text === 'antes', 15_000, true);
    const rows = await access.census('ventas', now());
    const grown = await storage.storage('ventas');
    expect(grown.classes.optional).toBeGreaterThan(30 * MB);
    expect(grown.folders[0]).toMatchObject({ path: 'Default/Service Worker/CacheStorage', class: 'optional' });
    expect((await storage.recent('ventas', { hours: 1, limit: 5 })).total).toBeGreaterThan(100);

    await expect(storage.trim('ventas', { restart: false })).rejects.toMatchObject({ code: 'session_running' });
    expect((await sessions.get('ventas')).state).toBe('READY');
    const qrs = (await stage.eventsOf('ventas', 'session.qr')).length;
    const { freedBytes, bytes } = await storage.trim('ventas', { restart: true });
    expect(freedBytes).toBeGreaterThan(30 * MB);
    expect(bytes).toBeLessThan(20 * MB);
    await stage.until('ventas', 'READY');

    expect((await stage.eventsOf('ventas', 'session.qr')).length).toBe(qrs);
    expect(await readdir(paths.staging)).toEqual([]);
    const after = await access.census('ventas', now());
    for (const [store, count] of Object.entries(rows?.rows ?? { none: 1 })) {
      expect([store, after?.rows[store] ?? 0]).toEqual([store, expect.any(Number)]);
      expect(after?.rows[store] ?? 0).toBeGreaterThanOrEqual(count);
    }
    await stage.world.phone(FRIEND).send(PHONE, 'después');
    await stage.event(({ data }) => data.text === 'después', 15_000, true);
    expect(await stage.eventsOf('ventas', 'session.trimmed')).toHaveLength(1);
    expect(stage.clones()).toEqual([]);
  });

  test('is trimmed by itself when it restarts anyway, where that is asked for', { timeout: 120_000 }, async () => {
    await using stage = await Stage.open({ guarded: true, env: { STORAGE_TRIM_MB: '20', STORAGE_WARN_MB: '25' } });
    await stage.start();
    await stage.link('ventas', PHONE);
    await stage.world.bulkHistory(PHONE, MB, { mediaBytes: 30 * MB });
    await stage.context.storage.storage('ventas');
    expect((await stage.eventsOf('ventas', 'session.storage'))[0]?.data).toMatchObject({ warnBytes: 25 * MB });
    await stage.sessions.restart('ventas');
    await stage.until('ventas', 'READY');
    expect((await stage.context.storage.storage('ventas')).bytes).toBeLessThan(20 * MB);
    expect(await stage.eventsOf('ventas', 'session.trimmed')).toHaveLength(1);
  });
});

test('with little room on the disk sessions run, and snapshots are refused', async () => {
  const { bavail, bsize } = await statfs(tmpdir());
  // Enough for a browser, and not for twice as much.
  const minFree = Math.floor((bavail * bsize) / MB / 1.5);
  await using stage = await Stage.open({ env: { DISK_MIN_FREE_MB: String(minFree) } });
  await stage.start();
  await stage.link('ventas', PHONE);
  await stage.event(({ type }) => type === 'disk.low', 5_000, true);
  await expect(stage.context.snapshots.create('ventas', { reason: 'requested' })).rejects.toMatchObject({
    code: 'storage_failed',
    message: expect.stringContaining('twice DISK_MIN_FREE_MB'),
  });
  expect((await stage.eventsOf('ventas', 'snapshot.failed'))[0]?.data).toMatchObject({ code: 'storage_failed' });
  expect((await stage.sessions.get('ventas')).state).toBe('READY');
});
