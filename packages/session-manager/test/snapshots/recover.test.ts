import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

test('a session comes back from its newest snapshot that was not replaced by a restore', async () => {
  const dataDir = join(await tempFolder(), 'data');
  const old = await manager(dataDir);
  const profile = await putProfile(join(await tempFolder(), 'session'));
  await old.adoption.adopt({ name: 'ventas', path: profile, mode: 'move' });
  const { id } = await old.snapshots.create('ventas', { reason: 'requested' });
  await old.snapshots.restore('ventas', id, { start: false, overwriteNewer: true, restart: false });
  const { items } = await old.snapshots.list('ventas');
  expect(items.map(({ reason }) => reason)).toEqual(['before_restore', 'requested']);
  await old.close();

  const env = { VAULT_URL: `file:${join(dataDir, 'vault')}`, VAULT_KEY_FILE: join(dataDir, 'vault.key') };
  const { snapshots } = await manager(undefined, env);
  const recovered = await snapshots.recover({ originRetired: true, start: false });
  expect(recovered.items).toMatchObject([{ session: 'ventas', ok: true, snapshot: id }]);
});

test('what was deleted on purpose stays away from --all, on this machine and on a fresh one; by its name it comes back', async () => {
  const dataDir = join(await tempFolder(), 'data');
  const old = await manager(dataDir);
  for (const name of ['ventas', 'prueba', 'vieja']) {
    const profile = await putProfile(join(await tempFolder(), 'session'));
    await old.adoption.adopt({ name, path: profile, mode: 'move' });
    await old.snapshots.create(name, { reason: 'requested' });
  }
  await old.sessions.delete('prueba');
  // Deleted, made again under the same name and used: it is wanted.
  await old.sessions.delete('vieja');
  const profile = await putProfile(join(await tempFolder(), 'session'));
  await old.adoption.adopt({ name: 'vieja', path: profile, mode: 'move' });
  await old.snapshots.create('vieja', { reason: 'requested' });
  const told = async ({ snapshots }: Pick<typeof old, 'snapshots'>) =>
    (await snapshots.recoverable()).map(({ session, gone }) => [session, gone]);
  const expected = [
    ['prueba', 'deleted'],
    ['ventas', null],
    ['vieja', null],
  ];
  expect(await told(old)).toEqual(expected);
  expect(await old.snapshots.recover({ originRetired: true, start: false })).toEqual({ items: [] });
  await old.close();

  const env = { VAULT_URL: `file:${join(dataDir, 'vault')}`, VAULT_KEY_FILE: join(dataDir, 'vault.key') };
  const fresh = await manager(undefined, env);
  expect(await told(fresh)).toEqual(expected);
  const all = await fresh.snapshots.recover({ originRetired: true, start: false });
  expect(all.items).toMatchObject([
    { session: 'ventas', ok: true },
    { session: 'vieja', ok: true },
  ]);
  const named = await fresh.snapshots.recover({ sessions: ['prueba'], originRetired: true, start: false });
  expect(named.items).toMatchObject([{ session: 'prueba', ok: true }]);
});

test('where no snapshot could be taken at the deletion, the trash of this machine knows of it', async () => {
  const context = await manager();
  const profile = await putProfile(join(await tempFolder(), 'session'));
  await context.adoption.adopt({ name: 'prueba', path: profile, mode: 'move' });
  await context.snapshots.create('prueba', { reason: 'requested' });
  const { id } = await context.snapshots.create('prueba', { reason: 'requested' });
  await context.sessions.delete('prueba');
  const last = await vi.waitFor(async () => {
    const { items } = await context.snapshots.list('prueba');
    expect(items[0]?.reason).toBe('before_delete');
    return items[0];
  });
  await context.snapshots.delete('prueba', last?.id ?? '');
  expect(await context.snapshots.recoverable()).toMatchObject([{ session: 'prueba', gone: 'deleted', last: { id } }]);
});
