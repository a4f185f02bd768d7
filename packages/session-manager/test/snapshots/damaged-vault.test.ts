import { readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examine } from '@leadmaster/doctor';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

const REQUESTED = { reason: 'requested' } as const;
const READ = { drill: false };

/** A running service with a session and a snapshot, which has used its vault. */
async function running(): Promise<{ context: Context; vault: string; id: string }> {
  const context = await manager();
  const source = await putProfile(join(await tempFolder(), 'session'));
  await context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' });
  await context.snapshots.create('ventas', REQUESTED);
  const { id } = await context.snapshots.create('ventas', REQUESTED);
  expect(await context.snapshots.verify('ventas', id, READ)).toMatchObject({ ok: true });
  return { context, vault: join(context.paths.root, 'vault'), id };
}

async function flip(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  const bad = Buffer.from(bytes);
  bad[bad.length - 2] = (bad[bad.length - 2] ?? 0) ^ 1;
  await writeFile(path, bad);
  return bytes;
}

describe('with the service up', () => {
  test.each([
    ['the header flipped', 'vault', true],
    ["the vault's key flipped", 'keys/vault/000001', true],
    ['the header removed', 'vault', false],
    ["the vault's key removed", 'keys/vault/000001', false],
  ])(
    '%s: nothing is verified or taken by what is in memory, and once it is back all is well',
    async (_, object, flipped) => {
      const { context, vault, id } = await running();
      const path = join(vault, object);
      const bytes = await readFile(path);
      if (flipped) await flip(path);
      else await rm(path);
      const damaged = { code: 'store_damaged' };
      await expect(context.snapshots.verify('ventas', id, READ)).rejects.toMatchObject(damaged);
      await expect(context.snapshots.create('ventas', REQUESTED)).rejects.toMatchObject(damaged);
      await writeFile(path, bytes);
      expect(await context.snapshots.verify('ventas', id, READ)).toMatchObject({ ok: true });
      await context.snapshots.create('ventas', REQUESTED);
    },
  );

  test('verify reads the key file that a fresh machine would have', async () => {
    const { context, id } = await running();
    const { keyFile } = context.config.vault;
    const text = await readFile(keyFile, 'utf8');
    await writeFile(
      keyFile,
      text.replace(/^[0-9a-f]/m, (digit) => (digit === '0' ? '1' : '0')),
    );
    await expect(context.snapshots.verify('ventas', id, READ)).rejects.toMatchObject({ code: 'vault_key_wrong' });
    await rm(keyFile);
    await expect(context.snapshots.verify('ventas', id, READ)).rejects.toMatchObject({ code: 'vault_key_missing' });
    await writeFile(keyFile, text);
    expect(await context.snapshots.verify('ventas', id, READ)).toMatchObject({ ok: true });
  });

  test('a vault that is removed and put back is usable', async () => {
    const { context, vault } = await running();
    await rename(vault, `${vault}.away`);
    await expect(context.snapshots.create('ventas', REQUESTED)).rejects.toMatchObject({ status: 503 });
    await rename(`${vault}.away`, vault);
    await context.snapshots.create('ventas', REQUESTED);
    expect((await context.snapshots.list('ventas')).items).toHaveLength(3);
  });

  test("a session's key that is removed is told, and no new one is made in its place", async () => {
    const { context, vault } = await running();
    const [owner = ''] = (await readdir(join(vault, 'keys'))).filter((name) => name !== 'vault');
    await rename(join(vault, 'keys', owner), join(vault, 'away'));
    await expect(context.snapshots.create('ventas', REQUESTED)).rejects.toMatchObject({ code: 'vault_rolled_back' });
    const { items, problems } = await context.snapshots.list('ventas');
    expect([items, problems]).toMatchObject([[], [{ kind: 'rolled_back', object: expect.stringContaining(owner) }]]);
    expect(await context.snapshots.recoverable()).toMatchObject([{ session: 'ventas', damaged: true }]);
    expect((await readdir(join(vault, 'keys'))).filter((name) => name !== 'vault')).toEqual([]);
    await rename(join(vault, 'away'), join(vault, 'keys', owner));
    await context.snapshots.create('ventas', REQUESTED);
  });

  test('a damaged newest record says nothing of the one before, which is judged alone; recover tells both', async () => {
    const { context, vault } = await running();
    const [session = ''] = await readdir(join(vault, 'chain'));
    const record = join(vault, 'chain', session, '0000000002');
    const bytes = await flip(record);
    const { items, problems } = await context.snapshots.list('ventas');
    const [latest] = items;
    expect(problems).toMatchObject([{ kind: 'damaged', object: expect.stringContaining('0000000002') }]);
    const report = await context.snapshots.verify('ventas', latest?.id ?? '', READ);
    expect(report).toMatchObject({ ok: true, checks: [{ name: 'bytes', ok: true }] });
    const verdicts = async () => (await context.snapshots.list('ventas')).items.map(({ verified }) => verified);
    expect(await verdicts()).toEqual([true]);
    await writeFile(record, bytes);
    expect(await verdicts()).toEqual([true, true]);
    await flip(record);
    const env = { VAULT_URL: `file:${vault}`, VAULT_KEY_FILE: context.config.vault.keyFile };
    const fresh = await manager(join(await tempFolder(), 'data'), env);
    const { items: recovered } = await fresh.snapshots.recover({ originRetired: true, start: false });
    expect(recovered).toMatchObject([{ ok: true, detail: expect.stringContaining('a newer record cannot be read') }]);
  });

  test('a damaged newest record that is written over is taken out by the command that is told', async () => {
    const { context, vault } = await running();
    const [session = ''] = await readdir(join(vault, 'chain'));
    await flip(join(vault, 'chain', session, '0000000002'));
    await context.snapshots.create('ventas', REQUESTED);
    const { problems } = await context.snapshots.list('ventas');
    expect(problems.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('./leadmaster snapshot delete ventas 2'),
    ]);
    await context.snapshots.delete('ventas', '2');
    expect((await context.snapshots.list('ventas')).problems).toEqual([]);
    expect((await examine(context.config)).findings.filter(({ where }) => where === 'ventas')).toEqual([]);
  });

  test.each([
    ['flipped', flip, false],
    ['cut short', (path: string) => truncate(path, 100), true],
    ['removed', (path: string) => rm(path), true],
  ])('an older record that is %s: what is known of it is told by list, recover and doctor', async (_, harm, shows) => {
    const { context, vault, id } = await running();
    const [session = ''] = await readdir(join(vault, 'chain'));
    const older = (await context.snapshots.list('ventas')).items.at(-1)?.id ?? '';
    expect(await context.snapshots.verify('ventas', older, READ)).toMatchObject({ ok: true });
    await harm(join(vault, 'chain', session, '0000000001'));
    const verdicts = async () => (await context.snapshots.list('ventas')).items.map(({ verified }) => verified);
    const told = async () => (await examine(context.config)).findings.filter(({ where }) => where === 'ventas');
    expect(await verdicts()).toEqual([true, !shows]);
    if (shows) expect((await context.snapshots.recoverable())[0]?.problems).toHaveLength(1);
    expect((await told()).map((one) => one.id)).toEqual(shows ? ['vault_session_damaged'] : []);

    expect(await context.snapshots.verify('ventas', older, READ)).toMatchObject({ ok: false });
    expect(await verdicts()).toEqual([true, false]);
    const [finding] = (await told()).filter((one) => one.id === 'snapshot_older_damaged');
    expect(finding).toMatchObject({ severity: 'problem', what: expect.stringContaining(older) });
    expect(finding?.fix).toContain(`./leadmaster snapshot delete ventas ${older}`);
    // The suggested fixes work.
    await context.snapshots.create('ventas', REQUESTED);
    await context.snapshots.delete('ventas', older);
    expect((await told()).map((one) => one.id)).toEqual([]);
    expect(await context.snapshots.verify('ventas', id, READ)).toMatchObject({ ok: true });
  });
});
