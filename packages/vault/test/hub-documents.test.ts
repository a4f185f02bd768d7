import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FolderStore, foreignNames, MemoryStore, masterKey } from '../src/index.ts';
import { MASTER, temporaryFolder, vaultIn } from './helpers.ts';

const HUB = 'hub-0123456789abcdef';
const OTHER = masterKey(Buffer.alloc(32, 9));

const documentOf = (number: number) => ({ hub: HUB, number, document: Buffer.from(`document ${number}`) });

describe('the documents of hubs in a vault', () => {
  test('the newest comes back, and nothing of it can be read in the store', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    expect(await vault.hubs.newest(HUB)).toBeNull();
    expect(await vault.hubs.save(documentOf(1))).toEqual({ isKept: true, newest: 1 });
    expect(await vault.hubs.save(documentOf(3))).toEqual({ isKept: true, newest: 3 });

    const again = await vaultIn(store);
    expect((await again.hubs.newest(HUB))?.document.toString()).toBe('document 3');
    expect(await again.hubs.list()).toMatchObject([{ hub: HUB, number: 3 }]);
    expect((await store.get(`hubs/${HUB}/0000000003`))?.includes('document')).toBe(false);
  });

  test('one that has seen less than the newest changes nothing', async () => {
    const vault = await vaultIn(new MemoryStore());
    await vault.hubs.save(documentOf(7));
    expect(await vault.hubs.save(documentOf(6))).toEqual({ isKept: false, newest: 7 });
    expect(await vault.hubs.save({ ...documentOf(7), document: Buffer.from('other') })).toMatchObject({
      isKept: false,
    });
    expect((await vault.hubs.newest(HUB))?.document.toString()).toBe('document 7');
  });

  test('ten of a hub are kept, and those of another hub are left alone', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    await vault.hubs.save({ hub: 'hub-other', number: 1, document: Buffer.from('other') });
    for (let number = 1; number <= 12; number++) await vault.hubs.save(documentOf(number));
    const keys = [];
    for await (const { key } of store.list('hubs/')) keys.push(key);
    expect(keys.filter((key) => key.includes(HUB))).toHaveLength(10);
    expect((await vault.hubs.newest('hub-other'))?.number).toBe(1);
  });

  test('a damaged one is told by its object, and no older one stands in for it', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    await vault.hubs.save(documentOf(1));
    await vault.hubs.save(documentOf(2));
    const object = `hubs/${HUB}/0000000002`;
    const bytes = (await store.get(object)) ?? Buffer.alloc(0);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await store.put(object, bytes);
    await expect(vault.hubs.newest(HUB)).rejects.toMatchObject({ code: 'store_damaged', extra: { object } });
    // Nor does one that was copied over it.
    await store.put(object, (await store.get(`hubs/${HUB}/0000000001`)) ?? Buffer.alloc(0));
    await expect(vault.hubs.newest(HUB)).rejects.toMatchObject({ code: 'store_damaged' });
  });

  test('a new master key opens them, and the old one no longer does', async () => {
    const store = new MemoryStore();
    await (await vaultIn(store)).hubs.save(documentOf(1));
    await (await vaultIn(store, { masterKeys: [OTHER, MASTER] })).rotateMasterKey();
    const rotated = await vaultIn(store, { masterKeys: [OTHER] });
    expect((await rotated.hubs.newest(HUB))?.document.toString()).toBe('document 1');
    await expect(vaultIn(store, { masterKeys: [MASTER] })).rejects.toMatchObject({ code: 'vault_key_wrong' });
  });

  test('in a folder they are the vault’s own, and no session’s', async () => {
    const root = join(await temporaryFolder(), 'vault');
    const vault = await vaultIn(new FolderStore(root, { create: true }));
    await vault.hubs.save(documentOf(1));
    expect(await foreignNames(root)).toEqual([]);
    expect(await vault.sessions()).toEqual([]);
    expect(await vault.problems()).toEqual([]);
  });
});
