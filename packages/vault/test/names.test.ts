import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryStore, type SeenHead } from '../src/index.ts';
import {
  destroyedObject,
  keyObject,
  packObject,
  parseDestroyedObject,
  parseKeyObject,
  parsePackObject,
  parseRecordObject,
  recordObject,
} from '../src/names.ts';
import { file, SESSION, vaultIn } from './helpers.ts';
import { Passing } from './stores.ts';

const hex32 = fc.stringMatching(/^[0-9a-f]{32}$/);
const owner = fc.oneof(fc.constant('vault'), hex32);
/** What may be in a store: names of ours, names that are nearly ours, and rubbish. */
const anyKey = fc.oneof(
  fc.string(),
  fc.stringMatching(/^(chain|packs|keys|destroyed|locks)\/(vault|[0-9a-f]{31,33})(\/[0-9a-f]{1,33})?$/),
  fc.tuple(hex32, fc.stringMatching(/^[0-9]{9,11}$/)).map(([session, digits]) => `chain/${session}/${digits}`),
  fc.tuple(owner, fc.stringMatching(/^[0-9]{5,7}$/)).map(([whose, digits]) => `keys/${whose}/${digits}`),
);

describe('names of objects', () => {
  test('are read back as what they were made of', () => {
    fc.assert(
      fc.property(hex32, hex32, owner, fc.integer({ min: 1, max: 9_999_999_999 }), (session, pack, whose, sequence) => {
        expect(parseRecordObject(recordObject(session, sequence))).toEqual({ session, sequence });
        expect(parsePackObject(packObject(session, pack))).toEqual({ session, pack });
        expect(parseDestroyedObject(destroyedObject(session))).toEqual({ session });
        const number = (sequence % 999_999) + 1;
        expect(parseKeyObject(keyObject(whose, number))).toEqual({ owner: whose, number });
      }),
    );
  });

  test('are read only where the same name would be made again', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const record = parseRecordObject(key);
        if (record !== null) expect(recordObject(record.session, record.sequence)).toBe(key);
        const pack = parsePackObject(key);
        if (pack !== null) expect(packObject(pack.session, pack.pack)).toBe(key);
        const wrapped = parseKeyObject(key);
        if (wrapped !== null) expect(keyObject(wrapped.owner, wrapped.number)).toBe(key);
        const destroyed = parseDestroyedObject(key);
        if (destroyed !== null) expect(destroyedObject(destroyed.session)).toBe(key);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([0, -1, 1.5, 10_000_000_000, Number.NaN])('are not made of the number %s', (number) => {
    expect(() => recordObject('0'.repeat(32), number)).toThrow('is not a number');
    expect(() => keyObject('vault', number)).toThrow('is not a number');
  });
});

describe('a number that the session cannot have reached', () => {
  async function vaultWith(strays: (folder: string) => string[]): Promise<{ store: MemoryStore; strays: string[] }> {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    await vault.save(SESSION, [file('a', '1')], { kind: 'full' });
    const [record] = await Array.fromAsync(store.list('chain/'));
    const names = strays(record?.key.slice(0, -10) ?? '');
    for (const name of names) await store.put(name, Buffer.from('rubbish'));
    return { store, strays: names };
  }

  test.each(['9999999999', '9999999998', '0900000000', '10000000000', '1', '00000000002', 'x'])(
    'is ignored and named as %s in a chain, and the next record is one that a fresh machine sees',
    async (name) => {
      const { store, strays } = await vaultWith((folder) => [`${folder}${name}`]);
      const vault = await vaultIn(store);
      const saved = await vault.save(SESSION, [file('a', '2')], { kind: 'full' });
      expect(saved.sequence).toBe(2);
      for (const machine of [vault, await vaultIn(store)]) {
        const { snapshots, problems } = await machine.list(SESSION);
        expect(snapshots.at(-1)?.id).toBe(saved.id);
        expect(problems).toMatchObject([{ kind: 'stray', object: strays[0] }]);
        await machine.prune(SESSION, { minAgeMs: -1000 });
      }
    },
  );

  test('is ignored where the list of the store lags behind: what comes next is asked for by name', async () => {
    const { store } = await vaultWith((folder) => [`${folder}9999999999`]);
    const memory = new Map<string, SeenHead>();
    const vault = await vaultIn(store, {
      memory: {
        recall: async (name) => memory.get(name) ?? null,
        remember: async (name, head) => void memory.set(name, head),
      },
    });
    await vault.save(SESSION, [file('a', '2')], { kind: 'full' });
    const lagging = new (class extends Passing {
      override async *list(prefix: string) {
        for await (const one of super.list(prefix)) if (!one.key.endsWith('0000000002')) yield one;
      }
    })(store);
    const { snapshots } = await (await vaultIn(lagging)).list(SESSION);
    expect(snapshots.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  test('is never taken for an empty chain beside records of which none can be read', async () => {
    const { store } = await vaultWith((folder) => [`${folder}9999999999`, `${folder}0000000001`]);
    await expect((await vaultIn(store)).list(SESSION)).rejects.toMatchObject({ code: 'store_damaged' });
  });

  test('is ignored and named among keys, and the session stays readable and can be rotated', async () => {
    const { store } = await vaultWith(() => []);
    const keys = (await Array.fromAsync(store.list('keys/'))).map(({ key }) => key);
    for (const key of keys) await store.put(`${key.slice(0, -6)}999999`, Buffer.from('rubbish'));
    const vault = await vaultIn(store);
    expect(await vault.sessions()).toEqual([SESSION]);
    expect((await vault.list(SESSION)).snapshots).toHaveLength(1);
    expect(await vault.problems()).toMatchObject(
      keys.map((key) => ({ kind: 'stray', object: `${key.slice(0, -6)}999999` })),
    );
    await vault.rotateMasterKey();
    expect(await (await vaultIn(store)).sessions()).toEqual([SESSION]);
  });

  test('is damage where a key has no other number: nothing is made in its place', async () => {
    const { store } = await vaultWith(() => []);
    const keys = (await Array.fromAsync(store.list('keys/'))).map(({ key }) => key);
    const own = keys.find((key) => !key.startsWith('keys/vault/')) ?? '';
    await store.delete(own);
    await store.put(`${own.slice(0, -6)}999999`, Buffer.from('rubbish'));
    const vault = await vaultIn(store);
    await expect(vault.save(SESSION, [], { kind: 'full' })).rejects.toMatchObject({ code: 'store_damaged' });
  });
});
