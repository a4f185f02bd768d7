import { describe, expect, test } from 'vitest';
import { type BlobStore, type HeadMemory, MemoryStore, masterKey, type SeenHead } from '../src/index.ts';
import { file, objects, randomBytes, restored, SESSION, vaultIn } from './helpers.ts';

class Memory implements HeadMemory {
  readonly seen = new Map<string, SeenHead>();
  async recall(session: string): Promise<SeenHead | null> {
    return this.seen.get(session) ?? null;
  }
  async remember(session: string, head: SeenHead): Promise<void> {
    this.seen.set(session, head);
  }
}

/** A small vault with everything in it: two snapshots, a raw and a compressed chunk, a file of several chunks' worth of index. */
async function smallVault(): Promise<{ store: MemoryStore; ids: string[] }> {
  const store = new MemoryStore();
  const vault = await vaultIn(store);
  const first = await vault.save(SESSION, [file('a', randomBytes(40)), file('text', 'x'.repeat(99))], { kind: 'full' });
  const second = await vault.save(SESSION, [file('a', randomBytes(40))], { kind: 'full' });
  return { store, ids: [first.id, second.id] };
}

/** What the operator of a vault sees of damage: by opening, listing, and verifying everything. */
async function noticed(store: BlobStore, ids: readonly string[], memory?: HeadMemory): Promise<string[]> {
  const found: string[] = [];
  try {
    const vault = await vaultIn(store, { create: false, ...(memory === undefined ? {} : { memory }) });
    const { problems, snapshots } = await vault.list(SESSION);
    found.push(...problems.map(({ object, kind }) => `${kind} ${object}`));
    for (const id of ids) {
      if (!snapshots.some((one) => one.id === id)) found.push(`missing ${id}`);
      else for (const { object } of (await vault.verify(SESSION, id)).damage) found.push(`damaged ${object}`);
    }
  } catch (error) {
    expect(error).toMatchObject({ name: 'LeadMasterError' });
    found.push(String((error as Error).message));
  }
  return found;
}

async function keysOf(store: BlobStore, prefix: string): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);
}

describe('tampering', () => {
  test('is not seen where there is none', async () => {
    const { store, ids } = await smallVault();
    expect(await noticed(store, ids)).toEqual([]);
  });

  test('is noticed when any byte of any object is changed, and the object is named', async () => {
    const { store, ids } = await smallVault();
    for (const [key, bytes] of await objects(store)) {
      for (let at = 0; at < bytes.length; at++) {
        const bad = Buffer.from(bytes);
        bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
        await store.put(key, bad);
        const found = await noticed(store, ids);
        expect(found.join('\n'), `${key} byte ${at}`).not.toBe('');
        // The header of the whole vault shows in everything that is bound to it.
        if (key !== 'vault') expect(found.join('\n'), `${key} byte ${at}`).toContain(key);
      }
      await store.put(key, bytes);
    }
    expect(await noticed(store, ids)).toEqual([]);
  });

  test('is noticed when an object is cut short, emptied or removed', async () => {
    const { store, ids } = await smallVault();
    for (const [key, bytes] of await objects(store)) {
      for (const length of [0, 1, Math.floor(bytes.length / 2), bytes.length - 1]) {
        await store.put(key, bytes.subarray(0, length));
        expect(await noticed(store, ids), `${key} cut to ${length}`).not.toEqual([]);
      }
      await store.delete(key);
      expect(await noticed(store, ids), `${key} removed`).not.toEqual([]);
      await store.put(key, bytes);
    }
  });

  test('is noticed when two objects change places', async () => {
    const { store, ids } = await smallVault();
    const all = [...(await objects(store))];
    for (const [a, bytesA] of all) {
      for (const [b, bytesB] of all) {
        if (a >= b) continue;
        await store.put(a, bytesB);
        await store.put(b, bytesA);
        expect(await noticed(store, ids), `${a} <-> ${b}`).not.toEqual([]);
        await store.put(a, bytesA);
        await store.put(b, bytesB);
      }
    }
  });

  test('never restores a damaged snapshot, and leaves nothing of it', async () => {
    const { store, ids } = await smallVault();
    for (const key of await keysOf(store, 'packs/')) {
      const bytes = (await store.get(key)) ?? Buffer.alloc(0);
      bytes[3] = (bytes[3] ?? 0) ^ 1;
      await store.put(key, bytes);
    }
    const vault = await vaultIn(store);
    for (const id of ids) await expect(restored(vault, id)).rejects.toMatchObject({ code: 'snapshot_damaged' });
  });

  test('names a removed record, one that was put back, and an older one in the place of a newer', async () => {
    const { store, ids } = await smallVault();
    const vault = await vaultIn(store);
    const [firstKey = '', secondKey = ''] = await keysOf(store, 'chain/');
    const first = (await store.get(firstKey)) ?? Buffer.alloc(0);
    const second = (await store.get(secondKey)) ?? Buffer.alloc(0);

    await store.delete(firstKey);
    expect((await vault.list(SESSION)).problems).toMatchObject([{ kind: 'removed', object: firstKey }]);
    await store.put(firstKey, first);

    await store.put(secondKey, first);
    expect((await vault.list(SESSION)).problems).toMatchObject([{ kind: 'damaged', object: secondKey }]);
    await store.put(secondKey, second);

    await vault.forget(SESSION, { ids: [ids[0] ?? ''] });
    await store.put(firstKey, first);
    const history = await vault.list(SESSION);
    expect(history.problems).toMatchObject([{ kind: 'replayed', object: firstKey }]);
    expect(history.snapshots.map(({ id }) => id)).toEqual([ids[1]]);
  });

  test('knows a vault that was rolled back, and writes nothing until the operator has confirmed it', async () => {
    const store = new MemoryStore();
    const memory = new Memory();
    const vault = await vaultIn(store, { memory });
    await vault.save(SESSION, [file('a', '1')], { kind: 'full' });
    const before = await objects(store);
    await vault.save(SESSION, [file('a', '2')], { kind: 'full' });
    for (const key of (await objects(store)).keys()) if (!before.has(key)) await store.delete(key);

    expect((await vault.list(SESSION)).problems).toMatchObject([{ kind: 'rolled_back' }]);
    await expect(vault.save(SESSION, [], { kind: 'full' })).rejects.toMatchObject({ code: 'vault_rolled_back' });
    await expect(vault.prune(SESSION)).rejects.toMatchObject({ code: 'vault_rolled_back' });
    // Another history of the same length is no better.
    const stranger = await vaultIn(store, { owner: 'stranger' });
    await stranger.save(SESSION, [file('a', '3')], { kind: 'full' });
    await expect(vault.save(SESSION, [], { kind: 'full' })).rejects.toMatchObject({ code: 'vault_rolled_back' });
    await vault.acknowledge(SESSION);
    await vault.save(SESSION, [file('a', '4')], { kind: 'full' });
    expect((await vault.list(SESSION)).problems).toEqual([]);
  });

  test('knows a session whose key was removed', async () => {
    const { store } = await smallVault();
    const keys = (await keysOf(store, 'keys/')).filter((key) => !key.startsWith('keys/vault'));
    for (const key of keys) await store.delete(key);
    const vault = await vaultIn(store);
    await expect(vault.list(SESSION)).rejects.toMatchObject({ code: 'session_not_found' });
    expect(await vault.problems()).toMatchObject([{ kind: 'keyless' }]);
  });

  test('does not bring back a session whose key was destroyed, when the key is put back', async () => {
    const { store } = await smallVault();
    const hoarded = await objects(store);
    const vault = await vaultIn(store);
    await vault.destroySession(SESSION);
    for (const [key, bytes] of hoarded) await store.put(key, bytes);
    expect(await vault.sessions()).toEqual([]);
    await expect(vault.list(SESSION)).rejects.toMatchObject({ code: 'session_not_found' });
  });

  test.each([
    ['its seal', -1],
    ['the name of its master key', 80],
    ['its version', 17],
  ])('of one key, in %s, hides no other session', async (_, at) => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const before = await keysOf(store, 'keys/');
    for (const name of ['dos', 'std', 'uno']) {
      await vault.save(name, [file('a', name)], { kind: 'full' });
      if (name === 'dos') before.push(...(await keysOf(store, 'keys/')));
      if (name === 'std') {
        const [key = ''] = (await keysOf(store, 'keys/')).filter((one) => !before.includes(one));
        const bytes = Buffer.from((await store.get(key)) ?? '');
        const flipped = at < 0 ? bytes.length + at : at;
        bytes[flipped] = (bytes[flipped] ?? 0) ^ 2;
        await store.put(key, bytes);
      }
    }
    const { names, unreadable } = await vault.survey();
    expect(names).toEqual(['dos', 'uno']);
    expect(unreadable).toMatchObject([{ name: null, error: { name: 'LeadMasterError' } }]);
    expect(unreadable[0]?.error.extra.object).toContain(unreadable[0]?.owner);
    expect((await vault.survey(['uno', 'std'])).unreadable).toMatchObject([{ name: 'std' }]);
    expect(await vault.problems()).toMatchObject([{ kind: 'damaged' }, { kind: 'keyless' }]);
    // Who asks for all of them, or for that one, is not told of a vault without it.
    await expect(vault.sessions()).rejects.toThrow();
    await expect(vault.has('std')).rejects.toThrow();
    expect(await vault.has('uno')).toBe(true);
  });

  test('continues behind a record that cannot be read: the rest stays usable, nothing is pruned until it is forgotten', async () => {
    const { store, ids } = await smallVault();
    const last = (await keysOf(store, 'chain/')).at(-1) ?? '';
    await store.put(last, Buffer.from('rubbish'));
    const vault = await vaultIn(store);
    expect(await vault.verify(SESSION, ids[0] ?? '')).toMatchObject({ ok: true });
    await vault.save(SESSION, [file('b', 'b')], { kind: 'full' });
    expect((await vault.list(SESSION)).problems).toMatchObject([{ kind: 'damaged', object: last }]);
    await expect(vault.prune(SESSION)).rejects.toMatchObject({ code: 'snapshot_damaged' });
    await vault.forget(SESSION, { ids: ['2'] });
    await vault.prune(SESSION, { minAgeMs: -1000 });
    const { snapshots, problems } = await vault.list(SESSION);
    expect(problems).toEqual([]);
    for (const { id } of snapshots) expect(await vault.verify(SESSION, id)).toMatchObject({ ok: true });
  });
});

describe('opening', () => {
  test('says clearly that the key is wrong', async () => {
    const { store } = await smallVault();
    const other = masterKey(Buffer.alloc(32, 9));
    await expect(vaultIn(store, { masterKeys: [other] })).rejects.toMatchObject({
      code: 'vault_key_wrong',
      message: expect.stringContaining(other.id),
    });
  });

  test('refuses a vault of a newer format, and objects of one', async () => {
    const { store, ids } = await smallVault();
    const vault = await vaultIn(store);
    for (const [key, bytes] of await objects(store)) {
      if (key.startsWith('packs/')) continue;
      const newer = Buffer.from(
        bytes.toString('latin1').replace('leadmaster-vault/1 ', 'leadmaster-vault/2 '),
        'latin1',
      );
      await store.put(key, newer);
      const use = async () => {
        const opened = await vaultIn(store);
        await opened.get(SESSION, ids[0] ?? '');
        await opened.list(SESSION);
      };
      await expect(use(), key).rejects.toMatchObject({
        code: 'vault_newer',
        message: expect.stringContaining('version 2'),
      });
      await store.put(key, bytes);
    }
    expect((await vault.list(SESSION)).problems).toEqual([]);
  });

  test('makes a vault only where it is told to, and never where one has lost its header', async () => {
    const store = new MemoryStore();
    await expect(vaultIn(store, { create: false })).rejects.toMatchObject({ code: 'vault_missing' });
    expect((await objects(store)).size).toBe(0);
    const vault = await vaultIn(store);
    await vault.save(SESSION, [], { kind: 'full' });
    await store.delete('vault');
    await expect(vaultIn(store)).rejects.toMatchObject({ code: 'store_damaged' });
  });

  test('is the same vault for two that make it at once', async () => {
    const store = new MemoryStore();
    const [a, b] = await Promise.all([vaultIn(store), vaultIn(store)]);
    expect(a.id).toBe(b.id);
    await Promise.all([a.save('one', [], { kind: 'full' }), b.save('two', [], { kind: 'full' })]);
    expect(await a.sessions()).toEqual(['one', 'two']);
  });
});
