import { join } from 'node:path';
import { expect, it } from 'vitest';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

it('a session comes back from its newest snapshot that was not replaced by a restore', async () => {
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
