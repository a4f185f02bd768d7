import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { browsersOn, groupMembers } from '@leadmaster/capture/processes';
import { describe, expect, test } from 'vitest';
import { Stage } from './harness.ts';
import { canMount, SmallDisk } from './small-disk.ts';

const ANA = '5491100000001';
/** How long the page writes before the disk is full, in milliseconds. */
const MOMENTS = [0, 150, 600];

const mayMount = await canMount();

describe.skipIf(!mayMount)('a disk that fills under a linked session (needs the right to mount one)', () => {
  test('and a kill: with room again it is READY, or an ERROR that names a snapshot; never a QR', {
    timeout: 240_000,
  }, async () => {
    await using vaultDisk = await SmallDisk.mount(200);
    await using disk = await SmallDisk.mount(150);
    const dataDir = join(disk.path, 'data');
    await using stage = await Stage.open({
      env: { LEADMASTER_DATA_DIR: dataDir, VAULT_URL: `file:${join(vaultDisk.path, 'vault')}`, DISK_MIN_FREE_MB: '8' },
    });
    const profile = join(dataDir, 'tokens/ventas');
    await stage.start();
    await stage.link('ventas', ANA);
    const { id } = await stage.context.snapshots.create('ventas', { reason: 'requested' });
    for (const moment of MOMENTS) {
      const writing = stage.world.bulkHistory(ANA, 12_000_000).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, moment));
      await disk.fill();
      await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, 2_000))]);
      for (const browser of browsersOn(profile)) {
        for (const { pid } of groupMembers(browser.pid)) process.kill(pid, 'SIGKILL');
      }
      await stage.stop().catch(() => undefined);
      await disk.free();
      await stage.start();
      const ended = await Promise.race([
        stage.until('ventas', 'READY', undefined, 60_000),
        stage.until('ventas', 'ERROR', undefined, 60_000),
        stage.until('ventas', 'AUTH_FAILURE', undefined, 60_000),
      ]);
      expect((await stage.path('ventas')).filter((step) => step.startsWith('QR_REQUIRED'))).toHaveLength(1);
      expect(await readdir(join(dataDir, 'trash'))).toEqual([]);
      if (ended.state === 'READY') continue;
      expect(ended).toMatchObject({ state: 'ERROR', reason: 'login_damaged' });
      expect(ended.hint).toContain(`./leadmaster snapshot restore ventas ${id}`);
      expect(browsersOn(profile)).toEqual([]);
      await stage.context.snapshots.restore('ventas', id, { start: true, restart: false, overwriteNewer: false });
      await stage.until('ventas', 'READY');
      return;
    }
  });
});
