import { rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { putLevelDb, useLevelDb } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

const WANTED = { start: false, overwriteNewer: false, restart: false };
const NEWER = { code: 'newer_login', status: 409 };

async function snapshotted(): Promise<{ context: Context; id: string; profile: string }> {
  const context = await manager();
  const source = await putProfile(join(await tempFolder(), 'session'));
  await context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' });
  const { id } = await context.snapshots.create('ventas', { reason: 'requested' });
  return { context, id, profile: context.paths.session('ventas') };
}

describe('whether a login is newer than a snapshot', () => {
  test.each(Object.entries(LOGIN_STORES))(
    'is recognised by one change in %s, however soon it came and with any file time',
    async (_, store) => {
      const { context, id, profile } = await snapshotted();
      await useLevelDb(join(profile, store));
      await utimes(join(profile, store, '000003.log'), 0, 0);
      await expect(context.snapshots.restore('ventas', id, WANTED)).rejects.toMatchObject(NEWER);
      await expect(context.snapshots.retire('ventas', id)).rejects.toMatchObject({ code: 'newer_login' });
      expect(await context.snapshots.restore('ventas', id, { ...WANTED, overwriteNewer: true })).toMatchObject({
        generation: 2,
      });
    },
  );

  test('is not told by file times: what was only touched may be restored', async () => {
    const { context, id, profile } = await snapshotted();
    const ahead = new Date(Date.now() + 3_600_000);
    for (const store of Object.values(LOGIN_STORES)) await utimes(join(profile, store, '000003.log'), ahead, ahead);
    await writeFile(join(profile, LOGIN_STORES.indexedDb, 'LOG'), 'opened');
    expect(await context.snapshots.restore('ventas', id, WANTED)).toMatchObject({ generation: 2 });
    // And again what is in place already.
    expect(await context.snapshots.restore('ventas', id, WANTED)).toMatchObject({ generation: 3 });
  });

  test('counts as yes where the login cannot be read', async () => {
    const { context, id, profile } = await snapshotted();
    const log = join(profile, LOGIN_STORES.indexedDb, '000003.log');
    await rm(log);
    // No link is followed, so the system refuses it, also to root.
    await symlink(join(profile, 'Default/Preferences'), log);
    const refusal = { ...NEWER, message: expect.stringContaining('cannot be read') };
    await expect(context.snapshots.restore('ventas', id, WANTED)).rejects.toMatchObject(refusal);
    await expect(context.snapshots.retire('ventas', id)).rejects.toMatchObject({ code: 'newer_login' });
    expect(await context.snapshots.restore('ventas', id, { ...WANTED, overwriteNewer: true })).toMatchObject({
      generation: 2,
    });
  });

  test('is no where no login is in place, or one that is damaged inside or erased', async () => {
    const { context, id, profile } = await snapshotted();
    await writeFile(join(profile, LOGIN_STORES.indexedDb, '000003.log'), Buffer.alloc(40, 1));
    expect(await context.snapshots.restore('ventas', id, WANTED)).toMatchObject({ generation: 2 });
    await writeFile(join(profile, LOGIN_STORES.indexedDb, '000003.log'), '');
    expect(await context.snapshots.restore('ventas', id, WANTED)).toMatchObject({ generation: 3 });
    for (const store of Object.values(LOGIN_STORES)) await rm(join(profile, store), { recursive: true });
    expect(await context.snapshots.restore('ventas', id, WANTED)).toMatchObject({ generation: 4 });
  });

  test('is yes for another login that was linked since, though it has fewer changes', async () => {
    const { context, profile } = await snapshotted();
    for (const store of Object.values(LOGIN_STORES)) await useLevelDb(join(profile, store));
    const { id } = await context.snapshots.create('ventas', { reason: 'requested' });
    for (const store of Object.values(LOGIN_STORES)) await putLevelDb(join(profile, store));
    // An earlier state of the same login is no newer one.
    await context.snapshots.restore('ventas', id, WANTED);
    for (const store of Object.values(LOGIN_STORES)) await putLevelDb(join(profile, store));
    const profiles = createProfileStore({ dataDir: context.paths.root });
    await profiles.updateRecord('ventas', { committedAt: new Date(Date.now() + 1000).toISOString() });
    await expect(context.snapshots.restore('ventas', id, WANTED)).rejects.toMatchObject(NEWER);
  });
});
