import { randomBytes } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

const REQUESTED = { reason: 'requested' } as const;

/** A data folder with one stopped session. */
async function withSession(dataDir: string): Promise<Context> {
  const context = await manager(dataDir);
  const source = await putProfile(join(await tempFolder(), 'session'), {
    'Default/Service Worker/CacheStorage/1/entry_0': randomBytes(300_000).toString('base64'),
  });
  await context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' });
  return context;
}

/** Writes over the beginning of every pack of the vault. */
async function spoilPacks(dataDir: string): Promise<void> {
  const packs = join(dataDir, 'vault', 'packs');
  for (const entry of await readdir(packs, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    await using handle = await open(join(entry.parentPath, entry.name), 'r+');
    await handle.write('XYZ', 100);
  }
}

test('a damaged snapshot is told as such until another is taken, which is whole, though the service ended in between', async () => {
  const dataDir = join(await tempFolder(), 'data');
  const first = await withSession(dataDir);
  const { id } = await first.snapshots.create('ventas', REQUESTED);
  await spoilPacks(dataDir);
  expect(await first.snapshots.verify('ventas', id, { drill: false })).toMatchObject({ ok: false });
  expect((await first.sessions.get('ventas')).lastSnapshot).toMatchObject({ id, damaged: true, verified: false });
  await first.close();

  const second = await manager(dataDir);
  const healed = await second.snapshots.create('ventas', REQUESTED);
  expect((await second.sessions.get('ventas')).lastSnapshot).toMatchObject({ id: healed.id, damaged: false });
  expect(await second.snapshots.verify('ventas', healed.id, { drill: false })).toMatchObject({ ok: true });
});

test('a restore that meets damage says so of the snapshot, and the next one is whole', async () => {
  const dataDir = join(await tempFolder(), 'data');
  const { snapshots } = await withSession(dataDir);
  const { id } = await snapshots.create('ventas', REQUESTED);
  await spoilPacks(dataDir);
  const wanted = { start: false, overwriteNewer: true, restart: false };
  await expect(snapshots.restore('ventas', id, wanted)).rejects.toMatchObject({ code: 'snapshot_damaged' });
  expect((await snapshots.list('ventas')).items).toMatchObject([{ id, verified: false }]);
  const healed = await snapshots.create('ventas', REQUESTED);
  expect(await snapshots.verify('ventas', healed.id, { drill: false })).toMatchObject({ ok: true });
});
