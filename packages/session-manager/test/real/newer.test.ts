import { loginSequences } from '@leadmaster/capture';
import { expect, test, vi } from 'vitest';
import { Stage } from './harness.ts';

const PHONE = '5491122334455';
const FRIEND = '5491100000002';
const WANTED = { start: false, overwriteNewer: false, restart: true };

test('a READY session that has changed since a snapshot is not stopped for it; one that stood still goes back', async () => {
  await using stage = await Stage.open({ guarded: true });
  await stage.start();
  await stage.link('ventas', PHONE);
  const { snapshots, paths, sessions } = stage.context;
  const profile = paths.session('ventas');
  const early = await snapshots.create('ventas', { reason: 'requested' });
  const then = loginSequences(profile);
  await stage.world.phone(FRIEND).send(PHONE, 'written after the snapshot');
  await vi.waitFor(() => expect(loginSequences(profile)).not.toEqual(then), { timeout: 30_000, interval: 100 });

  const { pid } = (await sessions.get('ventas')).runtime ?? {};
  await expect(snapshots.restore('ventas', early.id, WANTED)).rejects.toMatchObject({ code: 'newer_login' });
  expect(await sessions.get('ventas')).toMatchObject({ state: 'READY', runtime: { pid } });

  // The page is quiet by and by; then a stop, which writes, does not count as use.
  await vi.waitFor(
    async () => {
      const late = await snapshots.create('ventas', { reason: 'requested' });
      await snapshots.restore('ventas', late.id, WANTED);
    },
    { timeout: 60_000, interval: 1_000 },
  );
  await stage.until('ventas', 'READY');
  expect((await sessions.get('ventas')).generation).toBe(2);
  expect(stage.clones()).toEqual([]);
}, 120_000);
