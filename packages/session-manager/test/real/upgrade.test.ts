import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Stage } from './harness.ts';

const PHONE = '5491100000001';
const OLD = '100.0.4896.60';

/** Makes the profile one that an old Chromium has written: as far as anything on the disk can say so. */
async function writtenByAnOlderOne(stage: Stage): Promise<void> {
  const profile = stage.context.paths.session('ventas');
  await rm(join(profile, 'Last Version'), { force: true });
  const file = stage.context.paths.record('ventas');
  const record = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...record, chromiumVersion: OLD }));
}

describe('the first start under a newer Chromium', () => {
  test('comes after a copy of what the older one left, and only the first', async () => {
    await using stage = await Stage.open({ guarded: true });
    await stage.start();
    await stage.link('ventas', PHONE);
    const { snapshots, sessions } = stage.context;
    await sessions.stop('ventas');
    await snapshots.idle();
    const newer = JSON.parse(await readFile(stage.context.paths.record('ventas'), 'utf8')).chromiumVersion;
    await writtenByAnOlderOne(stage);

    await sessions.start('ventas');
    await stage.until('ventas', 'READY');
    await snapshots.idle();
    const { items } = await snapshots.list('ventas');
    expect(items.map(({ reason }) => reason)).toEqual(['before_browser_upgrade', 'stopped']);
    // As no browser had touched it yet: a stopped profile, and the older one's word in its record.
    expect(items[0]).toMatchObject({ method: 'none', pauseMs: 0, chromium: OLD });
    const detail = await snapshots.get('ventas', items[0]?.id ?? '');
    expect(detail.structure.every(({ ok }) => ok)).toBe(true);
    expect(JSON.parse(await readFile(stage.context.paths.record('ventas'), 'utf8')).chromiumVersion).toBe(newer);
    expect((await snapshots.verify('ventas', items[0]?.id ?? '', { drill: false })).ok).toBe(true);

    await sessions.restart('ventas');
    await stage.until('ventas', 'READY');
    await snapshots.idle();
    const after = (await snapshots.list('ventas')).items.map(({ reason }) => reason);
    expect(after.filter((reason) => reason === 'before_browser_upgrade')).toHaveLength(1);
    expect(stage.clones()).toEqual([]);
  });

  test('is not kept from starting by a vault that cannot be reached; that there is no copy is told', async () => {
    await using stage = await Stage.open({ guarded: true });
    await stage.start();
    await stage.link('ventas', PHONE);
    await stage.sessions.stop('ventas');
    await stage.context.snapshots.idle();
    await stage.stop();
    await writeFile(join(stage.dataDir, 'no-folder'), '');
    await stage.start({ VAULT_URL: `file:${join(stage.dataDir, 'no-folder', 'vault')}` });
    await stage.until('ventas', 'STOPPED');
    await writtenByAnOlderOne(stage);
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
    const told = await stage.event(({ type }) => type === 'snapshot.failed', 15_000, true);
    expect(told.data).toMatchObject({ reason: 'before_browser_upgrade' });
  });
});
