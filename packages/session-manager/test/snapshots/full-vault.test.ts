import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { masterKey, openStore, openVault, type SourceEntry, type Vault } from '@leadmaster/vault';
import { describe, expect, test } from 'vitest';
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
    // The reserve is there again: the same once more.
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
});
