import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { masterKey, openStore, openVault, type SourceEntry, type Vault } from '@leadmaster/vault';
import { describe, expect, test } from 'vitest';
import { manager, tempFolder } from '../adopt/folders.ts';
import { openManager } from '../adopt/managers.ts';
import { putProfile } from '../adopt/profiles.ts';
import { canMount, SmallDisk } from '../real/small-disk.ts';

const SESSION = 'ventas';
const MB = 2 ** 20;

async function vaultOn(disk: SmallDisk): Promise<Vault> {
  const store = await openStore(`file:${join(disk.path, 'vault')}`, { base: '/', create: true });
  return openVault({ store, masterKeys: [masterKey(Buffer.alloc(32, 7))], create: true });
}

function file(path: string, bytes: Buffer): SourceEntry {
  const about = { kind: 'file', path, mode: 0o600, mtimeMs: 1_700_000_000_000, size: bytes.length } as const;
  return { ...about, identity: null, open: () => bytes };
}

const skip = !(await canMount());
if (skip) console.info('no file system can be mounted here: a vault on a full disk is not proven');

describe.skipIf(skip)('a vault on a disk without a byte left', () => {
  test('lets snapshots be deleted and frees their room, and saves again then', async () => {
    await using disk = await SmallDisk.mount(24);
    const first = await (await vaultOn(disk)).save(SESSION, [file('a', randomBytes(6 * MB))], { kind: 'full' });
    const kept = file('b', randomBytes(2 * MB));
    const second = await (await vaultOn(disk)).save(SESSION, [kept], { kind: 'full' });
    await disk.fill();
    const full = await vaultOn(disk);
    // What does not free anything has no share in what is kept back for this.
    for (let i = 0; i < 6; i += 1)
      await expect(full.save(SESSION, [file('c', randomBytes(MB))], { kind: 'full' })).rejects.toMatchObject({
        code: 'store_full',
      });
    const [gone] = await full.forget(SESSION, { ids: [first.id] });
    expect(gone?.id).toBe(first.id);
    await disk.fill();
    const { freedBytes, deletedPacks } = await full.prune(SESSION, { minAgeMs: -1000 });
    expect(deletedPacks).toBeGreaterThan(0);
    expect(freedBytes).toBeGreaterThan(5 * MB);
    const third = await full.save(SESSION, [kept, file('c', randomBytes(MB))], { kind: 'full' });
    const { snapshots, problems } = await (await vaultOn(disk)).list(SESSION);
    expect(snapshots.map(({ id }) => id)).toEqual([second.id, third.id]);
    expect(problems).toEqual([]);
    // The reserve is there again: the same again.
    await disk.fill();
    await full.forget(SESSION, { ids: [second.id] });
    expect(await full.verify(SESSION, third.id)).toMatchObject({ ok: true });
  }, 60_000);

  test('lets a session be destroyed', async () => {
    await using disk = await SmallDisk.mount(16);
    const vault = await vaultOn(disk);
    await vault.save(SESSION, [file('a', randomBytes(4 * MB))], { kind: 'full' });
    await disk.fill();
    await vault.destroySession(SESSION);
    expect(await vault.sessions()).toEqual([]);
  }, 60_000);

  test('is pruned by the service, which has its data on another disk, with foreign files in it', async () => {
    await using disk = await SmallDisk.mount(24);
    const context = await manager(undefined, { VAULT_URL: `file:${join(disk.path, 'vault')}` });
    const { snapshots } = context;
    const profile = await putProfile(join(await tempFolder(), 'session'));
    await context.adoption.adopt({ name: SESSION, path: profile, mode: 'move' });
    const first = await snapshots.create(SESSION, { reason: 'requested' });
    const second = await snapshots.create(SESSION, { reason: 'requested' });
    for (const folder of ['', 'keys', 'chain', 'packs', 'locks'])
      for (const name of ['Thumbs.db', '000001 (conflicted copy)'])
        await writeFile(join(disk.path, 'vault', folder, name), '');
    await disk.fill();
    await snapshots.delete(SESSION, first.id);
    await disk.fill();
    expect(await snapshots.prune(SESSION)).toMatchObject({ session: SESSION });
    expect(await snapshots.verify(SESSION, second.id, { drill: false })).toMatchObject({ ok: true });
    expect((await snapshots.recoverable()).map(({ session }) => session)).toEqual([SESSION]);
    const { items, problems } = await snapshots.list(SESSION);
    expect(items.map(({ id }) => id)).toEqual([second.id]);
    expect(problems).toEqual([]);
  }, 60_000);

  test('is pruned by the service also where its data lies on that disk, as it does unless told otherwise', async () => {
    await using disk = await SmallDisk.mount(24);
    const context = await openManager(join(disk.path, 'data'), { DISK_MIN_FREE_MB: '1' });
    await using _closed = { [Symbol.asyncDispose]: () => context.close() };
    const { snapshots } = context;
    const profile = await putProfile(join(await tempFolder(), 'session'));
    await context.adoption.adopt({ name: SESSION, path: profile, mode: 'copy', originRetired: true });
    const first = await snapshots.create(SESSION, { reason: 'requested' });
    const second = await snapshots.create(SESSION, { reason: 'requested' });
    await disk.fill();
    await snapshots.delete(SESSION, first.id);
    expect(await snapshots.prune(SESSION)).toMatchObject({ session: SESSION });
    expect((await snapshots.list(SESSION)).items.map(({ id }) => id)).toEqual([second.id]);
  }, 60_000);
});
