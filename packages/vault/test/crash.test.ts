import { beforeEach, describe, expect, test } from 'vitest';
import { type BlobStore, MemoryStore, masterKey, type SourceEntry, type Vault } from '../src/index.ts';
import { expected, file, MASTER, objects, randomBytes, restored, SESSION, sorted, vaultIn } from './helpers.ts';
import { Dying } from './stores.ts';

const NEW_MASTER = masterKey(Buffer.alloc(32, 8));
const files = (seed: string) => [file('same', 'x'.repeat(5000)), file(`only-${seed}`, randomBytes(3000))];

/** A vault with a history worth keeping. */
async function history(): Promise<{ store: MemoryStore; saved: Map<string, SourceEntry[]>; forgotten: string }> {
  const store = new MemoryStore();
  const vault = await vaultIn(store);
  const saved = new Map<string, SourceEntry[]>();
  for (const seed of ['a', 'b', 'c']) {
    const entries = files(seed);
    saved.set((await vault.save(SESSION, entries, { kind: 'full' })).id, entries);
  }
  const [forgotten = ''] = saved.keys();
  await vault.save('other', files('o'), { kind: 'full' });
  return { store, saved, forgotten };
}

async function copyOf(store: BlobStore): Promise<MemoryStore> {
  const copy = new MemoryStore();
  for (const [key, bytes] of await objects(store)) await copy.put(key, bytes);
  return copy;
}

/** Lets the work die at every call it makes, before and after the call took effect, and looks at what the next start finds. */
async function dieEverywhere(
  base: MemoryStore,
  work: (vault: Vault) => Promise<unknown>,
  look: (store: MemoryStore, at: string) => Promise<void>,
  options: Parameters<typeof vaultIn>[1] = {},
): Promise<number> {
  for (const after of [false, true]) {
    for (let at = 1; ; at++) {
      const store = await copyOf(base);
      const dying = new Dying(store, at, after);
      const outcome = await vaultIn(dying, options)
        .then(work)
        .then(
          () => 'done',
          () => 'failed',
        );
      await look(store, `${after ? 'after' : 'before'} call ${at}`);
      if (!dying.died) {
        expect(outcome).toBe('done');
        if (after) return at;
        break;
      }
    }
  }
  return 0;
}

async function expectWhole(vault: Vault, saved: Map<string, SourceEntry[]>, at: string): Promise<void> {
  const { snapshots } = await vault.list(SESSION);
  const ids = snapshots.map(({ id }) => id);
  for (const id of saved.keys()) expect(ids, at).toContain(id);
  // One is compared byte by byte; that its ids are proven says the same of the others.
  const [id, entries] = [...saved].at(-1) ?? ['', []];
  if (id !== '') expect(sorted(await restored(vault, id)), at).toEqual(sorted(expected(entries)));
  for (const id of ids) expect((await vault.verify(SESSION, id)).ok, at).toBe(true);
}

describe('a crash at any call to the store', () => {
  let given: Awaited<ReturnType<typeof history>>;
  beforeEach(async () => {
    given = await history();
  });

  test('during a save: what was saved stays, and the next save works', async () => {
    const entries = files('d');
    const steps = await dieEverywhere(
      given.store,
      (vault) => vault.save(SESSION, entries, { kind: 'full' }),
      async (store, at) => {
        const vault = await vaultIn(store);
        await expectWhole(vault, given.saved, at);
        const next = await vault.save(SESSION, entries, { kind: 'full' });
        await vault.prune(SESSION, { minAgeMs: -1000 });
        await expectWhole(vault, new Map([...given.saved, [next.id, entries]]), at);
        expect((await vault.list(SESSION)).problems, at).toEqual([]);
      },
    );
    expect(steps).toBeGreaterThan(8);
  });

  test('during the first save of all, when vault and session are made', async () => {
    await dieEverywhere(
      new MemoryStore(),
      (vault) => vault.save(SESSION, files('d'), { kind: 'full' }),
      async (store, at) => {
        const vault = await vaultIn(store);
        await vault.save(SESSION, files('e'), { kind: 'full' });
        await expectWhole(vault, new Map(), at);
        expect(await vault.sessions(), at).toEqual([SESSION]);
      },
    );
  });

  test('during forget: the forgotten one is there whole, or gone', async () => {
    await dieEverywhere(
      given.store,
      (vault) => vault.forget(SESSION, { ids: [given.forgotten] }),
      async (store, at) => {
        const vault = await vaultIn(store);
        const rest = new Map([...given.saved].slice(1));
        await expectWhole(vault, rest, at);
        await vault.forget(SESSION, { ids: [given.forgotten] }).catch(() => undefined);
        await vault.prune(SESSION, { minAgeMs: -1000, maxWaste: 0 });
        await expectWhole(vault, rest, at);
        const history = await vault.list(SESSION);
        expect(history.snapshots, at).toHaveLength(2);
        expect(history.problems, at).toEqual([]);
      },
    );
  });

  test('during prune: everything kept stays, and the next prune ends the work', async () => {
    const vault = await vaultIn(given.store);
    await vault.forget(SESSION, { ids: [given.forgotten] });
    const rest = new Map([...given.saved].slice(1));
    const left = new Set<number>();
    await dieEverywhere(
      given.store,
      (dying) => dying.prune(SESSION, { minAgeMs: -1000, maxWaste: 0 }),
      async (store, at) => {
        const next = await vaultIn(store);
        await expectWhole(next, rest, at);
        const entries = files('a');
        const { id } = await next.save(SESSION, entries, { kind: 'full' });
        await next.prune(SESSION, { minAgeMs: -1000, maxWaste: 0 });
        await expectWhole(next, new Map([...rest, [id, entries]]), at);
        const stats = await next.stats(SESSION);
        left.add([...(await objects(store)).keys()].filter((key) => key.startsWith('packs/')).length);
        expect(stats.packs, at).toBeLessThanOrEqual(4);
      },
    );
    // Nothing is left lying about, wherever it died.
    expect(left.size).toBe(1);
  });

  test('during rotation: every key is under the old master key or the new one', async () => {
    const keys = { masterKeys: [NEW_MASTER, MASTER] };
    await dieEverywhere(
      given.store,
      (vault) => vault.rotateMasterKey(),
      async (store, at) => {
        const vault = await vaultIn(store, keys);
        await expectWhole(vault, given.saved, at);
        await vault.rotateMasterKey();
        const rotated = await vaultIn(store, { masterKeys: [NEW_MASTER] });
        await expectWhole(rotated, given.saved, at);
        await expect(vaultIn(store), at).rejects.toMatchObject({ code: 'vault_key_wrong' });
      },
      keys,
    );
  });

  test('during a destruction: readable as before, or gone for good; the other session stays', async () => {
    await dieEverywhere(
      given.store,
      (vault) => vault.destroySession(SESSION),
      async (store, at) => {
        const vault = await vaultIn(store);
        const names = await vault.sessions();
        if (names.includes(SESSION)) {
          await expectWhole(vault, given.saved, at);
          await vault.destroySession(SESSION);
        }
        await vault.prune('other');
        expect(await vault.sessions(), at).toEqual(['other']);
        expect(await vault.problems(), at).toEqual([]);
        const [{ id } = { id: '' }] = (await vault.list('other')).snapshots;
        expect(await vault.verify('other', id), at).toMatchObject({ ok: true });
        // The name may be used again, for a session that has nothing to do with the old one.
        const fresh = await vault.save(SESSION, [file('new', 'new')], { kind: 'full' });
        expect(
          (await vault.list(SESSION)).snapshots.map((one) => one.id),
          at,
        ).toEqual([fresh.id]);
      },
    );
  });
});
