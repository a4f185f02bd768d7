import { access, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { Stage } from './harness.ts';
import { readyBeforeEach } from './linked-stage.ts';
import { canMount, SmallDisk } from './small-disk.ts';

const PHONE = '5491100000001';
const AS_IT_IS = { start: false, overwriteNewer: false, restart: false };

async function refusal(work: Promise<unknown>): Promise<LeadMasterError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LeadMasterError)) throw new Error(`no refusal, but ${String(error)}`);
  return error;
}

const requested = { reason: 'requested' } as const;
const mayMount = await canMount();

describe.skipIf(!mayMount)('a full disk (needs the right to mount one)', () => {
  test('under the vault: told, the session runs on, what was saved stays; with room again it continues', async () => {
    await using disk = await SmallDisk.mount(24);
    await using stage = await Stage.open({ guarded: true, env: { VAULT_URL: `file:${join(disk.path, 'vault')}` } });
    await stage.start();
    await stage.link('ventas', PHONE);
    const { snapshots } = stage.context;
    const first = await snapshots.create('ventas', requested);
    await stage.world.bulkHistory(PHONE, 6_000_000);
    await disk.fill();
    expect((await refusal(snapshots.create('ventas', requested))).code).toBe('store_full');
    expect((await stage.sessions.get('ventas')).state).toBe('READY');
    expect(await stage.eventsOf('ventas', 'snapshot.failed')).toMatchObject([{ data: { code: 'store_full' } }]);
    expect(await readdir(stage.context.paths.staging)).toEqual([]);
    expect((await snapshots.list('ventas')).items.map(({ id }) => id)).toEqual([first.id]);
    expect((await snapshots.verify('ventas', first.id, { drill: false })).ok).toBe(true);
    await disk.free();
    await snapshots.create('ventas', requested);
  });

  test('under the profiles: neither a copy nor a restore leaves anything, and the login stays as it was', async () => {
    await using vaultDisk = await SmallDisk.mount(64);
    await using disk = await SmallDisk.mount(160);
    const env = {
      LEADMASTER_DATA_DIR: join(disk.path, 'data'),
      VAULT_URL: `file:${join(vaultDisk.path, 'vault')}`,
      DISK_MIN_FREE_MB: '1',
    };
    await using stage = await Stage.open({ guarded: true, env });
    await stage.start();
    await stage.link('ventas', PHONE);
    const { snapshots, sessions } = stage.context;
    await stage.world.bulkHistory(PHONE, 20_000_000);
    await sessions.stop('ventas');
    await snapshots.idle();
    const { id } = (await snapshots.list('ventas')).items[0] ?? { id: '' };
    const tokens = await readdir(join(env.LEADMASTER_DATA_DIR, 'tokens', 'ventas'), { recursive: true });

    await disk.fill();
    const early = await refusal(snapshots.restore('ventas', id, AS_IT_IS));
    expect(early).toMatchObject({ code: 'storage_failed' });
    await disk.free();
    // Filled when the first bytes arrive.
    const midway = await refusal(
      snapshots.restore('ventas', id, {
        ...AS_IT_IS,
        onProgress: ({ phase }) => {
          if (phase === 'fetching') disk.fillNow();
        },
      }),
    );
    expect(['storage_failed', 'store_full']).toContain(midway.code);
    expect(midway.hint).not.toBe('');
    await disk.free();
    expect(await readdir(stage.context.paths.staging)).toEqual([]);
    expect(await readdir(join(env.LEADMASTER_DATA_DIR, 'tokens', 'ventas'), { recursive: true })).toEqual(tokens);
    await sessions.start('ventas');
    await stage.until('ventas', 'READY');
    await disk.fill();
    // The links of a copy need room too. Whether they find any or not, the session is none the worse.
    await snapshots.create('ventas', requested).catch((error: unknown) => {
      if (!(error instanceof LeadMasterError)) throw error;
    });
    expect(await readdir(stage.context.paths.staging)).toEqual([]);
    await disk.free();
    await stage.until('ventas', 'READY');
    await snapshots.create('ventas', requested);
    expect(stage.clones()).toEqual([]);
  });
});

describe('a vault that cannot be had', () => {
  let stage: Stage;
  const take = (ready: Stage): void => {
    stage = ready;
  };
  readyBeforeEach(PHONE, take, { guarded: true });

  test('whose key is missing is an error, and never gets a new key', async () => {
    await stage.context.snapshots.create('ventas', requested);
    await stage.stop();
    const key = join(stage.dataDir, 'vault.key');
    await rename(key, `${key}.away`);
    await stage.start();
    await stage.until('ventas', 'READY');
    const { snapshots } = stage.context;
    expect((await refusal(snapshots.create('ventas', requested))).code).toBe('vault_key_missing');
    expect((await refusal(snapshots.list('ventas'))).code).toBe('vault_key_missing');
    await expect(access(key)).rejects.toThrow();
    // Put back, everything continues without a restart.
    await rename(`${key}.away`, key);
    expect((await snapshots.list('ventas')).items).toHaveLength(1);
  });

  test('whose disk is not mounted is an error, and never a new vault; a delete does not wait for it', async () => {
    await stage.context.snapshots.create('ventas', requested);
    const before = (await stage.eventsOf('ventas', 'snapshot.failed')).length;
    await stage.stop();
    const vault = join(stage.dataDir, 'vault');
    await rename(vault, `${vault}.away`);
    await stage.start();
    await stage.until('ventas', 'READY');
    const { snapshots, sessions } = stage.context;
    const refused = await refusal(snapshots.create('ventas', requested));
    expect(['vault_missing', 'store_unreachable']).toContain(refused.code);
    expect(refused.hint).toMatch(/[Mm]ount/);
    await expect(access(vault)).rejects.toThrow();
    await sessions.delete('ventas');
    await snapshots.idle();
    expect(await stage.eventsOf('ventas', 'snapshot.failed')).toHaveLength(before + 2);
    expect(await readdir(stage.context.paths.trash)).toHaveLength(2);
    await rm(`${vault}.away`, { recursive: true });
  });
});

describe('a vault that does not answer', () => {
  test('does not keep the service from starting or ending', async () => {
    // Nothing listens on the discard port of this machine.
    const VAULT_URL = 's3://leadmaster/x?endpoint=http://127.0.0.1:9&region=none';
    await using stage = await Stage.open({ guarded: true, env: { VAULT_URL } });
    await stage.start();
    await stage.link('ventas', PHONE);
    const pending = stage.context.snapshots.create('ventas', requested).catch((error: unknown) => error);
    await stage.event(({ type }) => type === 'session.state', 15_000, true);
    const began = performance.now();
    await stage.stop();
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(await pending).toBeInstanceOf(Error);
  });
});

describe('the clock', () => {
  test('takes rounds, one at a time, applies the retention and drills a sample', async () => {
    await using stage = await Stage.open({ guarded: true });
    await stage.start({ SNAPSHOT_AFTER_LOGIN: 'on', SNAPSHOT_KEEP: 'last=1' });
    await stage.link('ventas', PHONE);
    const after = await stage.event(({ type }) => type === 'snapshot.created', 30_000, true);
    expect(after.data).toMatchObject({ reason: 'after_login' });
    await stage.stop();
    await stage.start({ SNAPSHOT_KEEP: 'last=1' }, { schedule: '* * * * * *' });
    await stage.until('ventas', 'READY');
    let rounds = 0;
    const drilled = await stage.event(
      ({ type, data }) => {
        if (type === 'snapshot.created' && data.reason === 'schedule') rounds += 1;
        return rounds >= 2 && type === 'snapshot.verified' && data.drill === true;
      },
      90_000,
      true,
    );
    expect(drilled.data).toMatchObject({ ok: true });
    // One more while a round is on its way.
    expect((await stage.context.snapshots.list('ventas')).items.length).toBeLessThanOrEqual(2);
    expect((await stage.eventsOf('ventas', 'snapshot.forgotten')).length).toBeGreaterThan(0);
  });
});
