import { describe, expect, test } from 'vitest';
import { isRecordLost, MemoryStore, masterKey, repairVault, type SeenHead } from '../src/index.ts';
import { file, MASTER, objects, SESSION, vaultIn } from './helpers.ts';

function remembering() {
  const heads = new Map<string, SeenHead>();
  return {
    recall: async (name: string) => heads.get(name) ?? null,
    remember: async (name: string, head: SeenHead) => void heads.set(name, head),
  };
}

async function filled() {
  const store = new MemoryStore();
  const memory = remembering();
  const vault = await vaultIn(store, { memory });
  const { id } = await vault.save(SESSION, [file('a', 'a')], { kind: 'full' });
  return { store, memory, vault, id };
}

const keysOf = async (store: MemoryStore) =>
  (await Array.fromAsync(store.list('keys/'))).map(({ key }) => key).filter((key) => !key.startsWith('keys/vault/'));

describe('a session key that was removed', () => {
  test('never leads to a new one under the old name, and is told wherever the session is asked for', async () => {
    const { store, vault } = await filled();
    const [key = ''] = await keysOf(store);
    const bytes = (await store.get(key)) ?? Buffer.alloc(0);
    await store.delete(key);
    const lost = { code: 'vault_rolled_back', message: expect.stringContaining('key of session') };
    await expect(vault.save(SESSION, [], { kind: 'full' })).rejects.toMatchObject(lost);
    await expect(vault.importFrom(SESSION, (async function* () {})())).rejects.toMatchObject(lost);
    await expect(vault.list(SESSION)).rejects.toMatchObject(lost);
    await expect(vault.prune(SESSION)).rejects.toMatchObject(lost);
    expect((await vault.survey([SESSION])).unreadable).toMatchObject([{ name: SESSION }]);
    expect(await keysOf(store)).toEqual([]);
    await store.put(key, bytes);
    expect((await vault.list(SESSION)).snapshots).toHaveLength(1);
  });

  test('is no loss where the session was destroyed on purpose, also by another machine, or once the operator has confirmed it', async () => {
    const { store, vault } = await filled();
    await (await vaultIn(store)).destroySession(SESSION);
    await vault.save(SESSION, [file('a', 'b')], { kind: 'full' });
    const other = await filled();
    for (const key of await keysOf(other.store)) await other.store.delete(key);
    await other.vault.acknowledge(SESSION);
    await other.vault.save(SESSION, [file('a', 'b')], { kind: 'full' });
  });
});

describe('what the vault was opened with', () => {
  test.each([
    ['the header is removed', 'vault', null],
    ['the header is flipped', 'vault', 40],
    ['its key is removed', 'keys/vault/000001', null],
    ['its key is flipped', 'keys/vault/000001', 150],
  ])('is proven again: told when %s', async (_, object, at) => {
    const { store, vault } = await filled();
    await vault.prove();
    const bytes = (await store.get(object)) ?? Buffer.alloc(0);
    const bad = Buffer.from(bytes);
    if (at !== null) bad[at] = (bad[at] ?? 0) ^ 1;
    if (at === null) await store.delete(object);
    else await store.put(object, bad);
    await expect(vault.prove()).rejects.toMatchObject({ code: 'store_damaged' });
    await store.put(object, bytes);
    await vault.prove();
  });
});

describe('a glance at a session', () => {
  test('tells of everything that a look at the list of objects can tell', async () => {
    const { store, vault, id } = await filled();
    expect(await vault.glance(SESSION)).toMatchObject({ snapshots: [{ id }], problems: [] });
    const [pack] = await Array.fromAsync(store.list('packs/'));
    const [record] = await Array.fromAsync(store.list('chain/'));
    for (const [key, kind] of [[pack?.key ?? '', 'removed']] as const) {
      const bytes = (await store.get(key)) ?? Buffer.alloc(0);
      await store.delete(key);
      expect((await vault.glance(SESSION)).problems).toMatchObject([{ kind, object: key }]);
      await store.put(key, bytes.subarray(1));
      expect((await vault.glance(SESSION)).problems).toMatchObject([{ kind: 'damaged', object: key }]);
      await store.put(key, bytes);
    }
    await vault.save(SESSION, [file('a', 'b')], { kind: 'full' });
    const older = record?.key ?? '';
    await store.put(older, Buffer.from('rubbish'));
    expect((await vault.glance(SESSION)).problems).toMatchObject([{ kind: 'damaged', object: older }]);
    await store.put(older.replace(/1$/, '2'), Buffer.from('rubbish'));
    await expect(vault.glance(SESSION)).rejects.toMatchObject({ code: 'store_damaged' });
  });
});

describe('an older record', () => {
  test('that is cut short shows in the list by its size, whichever record is the newest, also to a machine that never saw it', async () => {
    const { store, vault, id } = await filled();
    const [record] = await Array.fromAsync(store.list('chain/'));
    const key = record?.key ?? '';
    const bytes = (await store.get(key)) ?? Buffer.alloc(0);
    const second = await vault.save(SESSION, [file('a', 'b')], { kind: 'full' });
    await vault.save(SESSION, [file('a', 'c')], { kind: 'full' });
    expect((await vault.list(SESSION)).problems).toEqual([]);
    for (const bad of [bytes.subarray(0, -1), bytes.subarray(0, 0), Buffer.concat([bytes, bytes])]) {
      await store.put(key, bad);
      const fresh = await vaultIn(store);
      for (const one of [vault, fresh]) {
        const { snapshots, problems } = await one.list(SESSION);
        expect(problems).toMatchObject([{ kind: 'damaged', object: key, detail: expect.stringContaining(id) }]);
        expect(snapshots.map((info) => isRecordLost(info, problems))).toEqual([true, false, false]);
      }
    }
    await vault.forget(SESSION, { ids: [second.id] });
    await expect(vault.prune(SESSION)).rejects.toMatchObject({ code: 'snapshot_damaged' });
    expect((await vault.list(SESSION)).problems).toMatchObject([{ kind: 'damaged', object: key }]);
    await store.put(key, bytes);
    expect((await vault.list(SESSION)).problems).toEqual([]);
    await store.delete(key);
    const { snapshots, problems } = await vault.list(SESSION);
    expect(snapshots.map((info) => isRecordLost(info, problems))).toEqual([true, false]);
    expect(await vault.forget(SESSION, { ids: [id] })).toMatchObject([{ id }]);
  });
});

describe('a header that does not fit the keys', () => {
  const openOnly = (store: MemoryStore) => vaultIn(store, { create: false });
  const flipDigit = async (store: MemoryStore, object: string, from: string) => {
    const bytes = Buffer.from((await store.get(object)) ?? '');
    const at = bytes.indexOf(from);
    bytes[at] = bytes[at] === 0x30 ? 0x31 : 0x30;
    await store.put(object, bytes);
  };

  test('is the damaged one where the keys prove it, and the command that repairs it is named', async () => {
    for (const withSession of [true, false]) {
      const { store, vault } = await filled();
      if (!withSession) for (const key of await keysOf(store)) await store.delete(key);
      await flipDigit(store, 'vault', vault.id);
      await expect(openOnly(store)).rejects.toMatchObject({
        code: 'store_damaged',
        message: expect.stringMatching(new RegExp(`^vault is damaged.* names .*keys/.* proves .*${vault.id}`)),
        hint: expect.stringContaining('vault repair'),
        extra: { object: 'vault' },
      });
      await expect(vault.prove()).rejects.toMatchObject({ hint: expect.stringContaining('vault repair') });
      await repairVault(store, [MASTER]);
      expect((await openOnly(store)).id).toBe(vault.id);
    }
  });

  test('is not blamed where it is right: the key is, and no repair of the header is named', async () => {
    const { store, vault } = await filled();
    await flipDigit(store, 'keys/vault/000001', vault.id);
    const error = await openOnly(store).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'store_damaged', extra: { object: 'keys/vault/000001' } });
    expect(String(error)).toContain(`key ${vault.id} vault 1`);
    expect(error).not.toMatchObject({ hint: expect.stringContaining('vault repair') });
  });

  test('is not blamed for keys of two vaults in one place', async () => {
    const { store } = await filled();
    const other = await filled();
    await store.put('keys/vault/000001', (await other.store.get('keys/vault/000001')) ?? Buffer.alloc(0));
    await expect(openOnly(store)).rejects.toMatchObject({ extra: { object: 'keys/vault/000001' } });
  });
});

describe('a repair of the header', () => {
  test.each([
    ['removed', null],
    ['emptied', Buffer.alloc(0)],
    ['flipped', 'flip'],
    ['of another vault', Buffer.from(`leadmaster-vault/1 vault ${'0'.repeat(32)}\n`)],
  ])('writes it again where it is %s, byte for byte', async (_, wrong) => {
    const { store, vault, id } = await filled();
    const before = await objects(store);
    const good = before.get('vault') ?? Buffer.alloc(0);
    if (wrong === null) await store.delete('vault');
    else if (wrong === 'flip')
      await store.put('vault', Buffer.from(good.map((byte, at) => (at === 30 ? byte ^ 64 : byte))));
    else await store.put('vault', wrong as Buffer);
    expect(await repairVault(store, [MASTER])).toMatchObject({ vault: vault.id, written: true });
    expect(await objects(store)).toEqual(before);
    expect(await (await vaultIn(store, { create: false })).verify(SESSION, id)).toMatchObject({ ok: true });
    expect(await repairVault(store, [MASTER])).toMatchObject({ written: false });
  });

  test('is proven by a session where the key of the vault itself is damaged', async () => {
    const { store, vault } = await filled();
    await store.delete('vault');
    await store.put('keys/vault/000001', Buffer.from('rubbish'));
    expect(await repairVault(store, [MASTER])).toMatchObject({ vault: vault.id, written: true });
  });

  test('writes nothing that is not proven: another key, two vaults in one place, no vault, a newer one', async () => {
    const { store } = await filled();
    const good = await store.get('vault');
    await store.delete('vault');
    await expect(repairVault(store, [masterKey(Buffer.alloc(32, 9))])).rejects.toMatchObject({ code: 'store_damaged' });
    const other = await filled();
    for (const key of await keysOf(other.store)) await store.put(key, (await other.store.get(key)) ?? Buffer.alloc(0));
    await expect(repairVault(store, [MASTER])).rejects.toMatchObject({ code: 'store_damaged' });
    expect(await store.get('vault')).toBeNull();
    await expect(repairVault(new MemoryStore(), [MASTER])).rejects.toMatchObject({ code: 'vault_missing' });
    await store.put('vault', Buffer.from(good?.toString().replace('/1 ', '/2 ') ?? ''));
    for (const key of await keysOf(other.store)) await store.delete(key);
    await expect(repairVault(store, [MASTER])).rejects.toMatchObject({ code: 'vault_newer' });
  });
});
