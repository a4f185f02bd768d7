import { describe, expect, test } from 'vitest';
import type { BlobSource } from '../src/index.ts';
import { MemoryStore, masterKey, newMasterKeyText, parseMasterKeys } from '../src/index.ts';
import { file, MASTER, objects, SESSION, vaultIn } from './helpers.ts';
import { Passing } from './stores.ts';

/** Another writes the second key of each owner just before we do. */
class Overtaken extends Passing {
  readonly #other: (key: string, ours: Buffer) => Promise<void>;

  constructor(inner: MemoryStore, other: (key: string, ours: Buffer) => Promise<void>) {
    super(inner);
    this.#other = other;
  }

  override async put(key: string, body: Uint8Array | BlobSource, options?: { ifAbsent?: boolean }): Promise<boolean> {
    if (/^keys\/.*\/000002$/.test(key) && body instanceof Uint8Array) await this.#other(key, Buffer.from(body));
    return super.put(key, body, options);
  }
}

/** A rotation that ends before it deletes anything. */
class Undeleting extends Passing {
  override async delete(): Promise<void> {}
}

describe('the master key', () => {
  test('is read from its file, with the older ones behind it', () => {
    const [fresh] = parseMasterKeys(newMasterKeyText());
    expect(fresh?.id).toMatch(/^[0-9a-f]{16}$/);
    const keys = parseMasterKeys(`# new\n${'a'.repeat(64)}\n\n${'b'.repeat(64)} # old\n`);
    expect(keys.map(({ id }) => id)).toEqual([
      masterKey(Buffer.alloc(32, 0xaa)).id,
      masterKey(Buffer.alloc(32, 0xbb)).id,
    ]);
    for (const bad of ['', '# only a comment', 'abc', 'A'.repeat(64), `${'a'.repeat(64)}x`]) {
      expect(() => parseMasterKeys(bad), bad).toThrow(expect.objectContaining({ code: 'vault_key_wrong' }));
    }
  });

  test('is changed by wrapping keys again: no pack and no record is written', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const { id } = await vault.save(SESSION, [file('a', 'a')], { kind: 'full' });
    await vault.save('other', [file('a', 'a')], { kind: 'full' });
    const before = await objects(store);
    const fresh = masterKey(Buffer.alloc(32, 1));
    const both = await vaultIn(store, { masterKeys: [fresh, MASTER] });
    const steps: number[] = [];
    expect(await both.rotateMasterKey({ onProgress: ({ done }) => steps.push(done) })).toBe(3);
    expect(steps).toEqual([1, 2, 3]);
    expect(await both.rotateMasterKey()).toBe(0);
    const after = await objects(store);
    for (const [key, bytes] of before) if (!key.startsWith('keys/')) expect(after.get(key), key).toEqual(bytes);
    const rotated = await vaultIn(store, { masterKeys: [fresh] });
    expect(await rotated.verify(SESSION, id)).toMatchObject({ ok: true });
    expect(await rotated.sessions()).toEqual(['admin', 'other']);
    await expect(vaultIn(store)).rejects.toMatchObject({ code: 'vault_key_wrong' });
    // A save that runs beside it has the session's key already.
    expect(await vault.save(SESSION, [file('b', 'b')], { kind: 'full' }).catch((error) => error.code)).toBe(
      'vault_key_wrong',
    );
    await rotated.save(SESSION, [file('b', 'b')], { kind: 'full' });
  });

  test('keeps an old key until the new one is proven, also when another has written that first', async () => {
    const [ours, theirs] = [masterKey(Buffer.alloc(32, 1)), masterKey(Buffer.alloc(32, 2))];
    const overtake = {
      'under another master key': async (store: MemoryStore) => {
        const vault = await vaultIn(new Undeleting(store), { masterKeys: [theirs, MASTER] });
        await vault.rotateMasterKey();
      },
      'as rubbish': async (store: MemoryStore, key: string, bytes: Buffer) => {
        await store.put(key, bytes.fill(0, bytes.length - 20));
      },
    };
    for (const [how, write] of Object.entries(overtake)) {
      const store = new MemoryStore();
      await (await vaultIn(store)).save(SESSION, [file('a', 'a')], { kind: 'full' });
      const before = [...(await objects(store)).keys()].filter((key) => key.startsWith('keys/'));
      const overtaken = new Overtaken(store, (key, bytes) => write(store, key, bytes));
      const vault = await vaultIn(overtaken, { masterKeys: [ours, theirs, MASTER] });
      const code = how === 'as rubbish' ? 'store_damaged' : 'vault_locked';
      await expect(vault.rotateMasterKey(), how).rejects.toMatchObject({ code });
      expect([...(await objects(store)).keys()], how).toEqual(expect.arrayContaining(before));
    }
  });

  test('does not open what was destroyed: every object of the session is gone, the others stay', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    await vault.save('other', [file('a', 'a')], { kind: 'full' });
    const before = new Set((await objects(store)).keys());
    await vault.save(SESSION, [file('a', 'a')], { kind: 'full' });
    await vault.destroySession(SESSION);
    const left = [...(await objects(store)).keys()].filter((key) => !before.has(key));
    expect(left).toEqual([expect.stringMatching(/^destroyed\//)]);
    await expect(vault.list(SESSION)).rejects.toMatchObject({ code: 'session_not_found' });
    await expect(vault.destroySession(SESSION)).rejects.toMatchObject({ code: 'session_not_found' });
    const again = await vault.save(SESSION, [file('b', 'b')], { kind: 'full' });
    expect((await vault.list(SESSION)).snapshots.map(({ id }) => id)).toEqual([again.id]);
    expect(await vault.problems()).toEqual([]);
  });
});
