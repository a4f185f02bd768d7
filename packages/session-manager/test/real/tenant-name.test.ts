import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Stage } from './harness.ts';

const NAME = 'acme.ventas';
const PHONE = '5491100000001';

test('a session of a tenant is linked, starts again without a QR, and goes back to a snapshot', async () => {
  await using stage = await Stage.open({ guarded: true });
  await stage.start();
  await stage.link(NAME, PHONE);
  const { snapshots, sessions, paths } = stage.context;
  expect(await readdir(paths.tokens)).toEqual([NAME]);
  expect(await readdir(join(paths.tokens, NAME))).toContain('Default');

  const taken = await snapshots.create(NAME, { reason: 'requested' });
  expect(taken).toMatchObject({ session: NAME, generation: 1 });
  await sessions.stop(NAME);
  await snapshots.idle();
  const shown = (await stage.eventsOf(NAME, 'session.qr')).length;
  await sessions.start(NAME);
  await stage.until(NAME, 'READY');
  expect((await stage.eventsOf(NAME, 'session.qr')).length).toBe(shown);

  await sessions.stop(NAME);
  await snapshots.idle();
  const stopped = (await snapshots.list(NAME)).items[0];
  await snapshots.restore(NAME, stopped?.id ?? '', { start: true, overwriteNewer: false, restart: false });
  await stage.until(NAME, 'READY');
  expect(await sessions.get(NAME)).toMatchObject({ name: NAME, generation: 2, account: { phone: PHONE } });
  expect((await stage.eventsOf(NAME, 'session.qr')).length).toBe(shown);
  expect(stage.clones()).toEqual([]);
  const trashed = (await readdir(paths.trash)).filter((each) => !each.endsWith('.json'));
  expect(trashed).toEqual([expect.stringMatching(/^acme\.ventas-20.*Z-restore/)]);
});
