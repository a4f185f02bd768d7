import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { examine } from '@leadmaster/doctor';
import { expect, test } from 'vitest';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

const REQUESTED = { reason: 'requested' } as const;

test('an older copy of the vault is written to again once the operator has accepted it, and what came later is forgotten', async () => {
  const dataDir = join(await tempFolder(), 'data');
  const context = await manager(dataDir);
  const { snapshots } = context;
  const profile = await putProfile(join(await tempFolder(), 'session'));
  await context.adoption.adopt({ name: 'ventas', path: profile, mode: 'move' });
  const kept = await snapshots.create('ventas', REQUESTED);
  const backup = join(await tempFolder(), 'vault');
  await cp(join(dataDir, 'vault'), backup, { recursive: true });
  const lost = await snapshots.create('ventas', REQUESTED);

  await rm(join(dataDir, 'vault'), { recursive: true });
  await cp(backup, join(dataDir, 'vault'), { recursive: true });
  const refusal = { code: 'vault_rolled_back', hint: expect.stringContaining('./leadmaster vault accept ventas') };
  await expect(snapshots.create('ventas', REQUESTED)).rejects.toMatchObject(refusal);
  await expect(snapshots.delete('ventas', kept.id)).rejects.toMatchObject(refusal);
  const { problems } = await snapshots.list('ventas');
  expect(problems).toMatchObject([{ kind: 'rolled_back', detail: expect.stringContaining(lost.id) }]);

  // The doctor names that way, and none that is refused.
  const { findings } = await examine(context.config);
  const fixes = findings.filter(({ where }) => where === 'ventas').map(({ id, fix }) => [id, fix]);
  expect(fixes).toEqual([
    ['vault_rolled_back', expect.stringContaining('./leadmaster vault accept ventas')],
    ['snapshot_failed', expect.any(String)],
  ]);

  expect(await snapshots.accept('ventas')).toMatchObject({ items: [{ id: kept.id }], problems: [] });
  expect((await context.sessions.get('ventas')).lastSnapshot).toMatchObject({ id: kept.id });
  const next = await snapshots.create('ventas', REQUESTED);
  expect((await snapshots.list('ventas')).items.map(({ id }) => id)).toEqual([next.id, kept.id]);
  expect(await snapshots.verify('ventas', next.id, { drill: false })).toMatchObject({ ok: true });
});
