import { describe, expect, test } from 'vitest';
import { type DamageMemory, MemoryStore, type SourceEntry } from '../src/index.ts';
import { expected, file, randomBytes, restored, SESSION, sorted, temporaryFolder, vaultIn } from './helpers.ts';

const KB = 1024;
const KIND = { kind: 'full' };

/** Kept beside the vault, as a manager does: every vault that is opened with it knows what another has found. */
class Kept implements DamageMemory {
  readonly packs = new Set<string>();
  async damagedPacks(): Promise<string[]> {
    return [...this.packs];
  }
  async foundDamaged(_session: string, pack: string): Promise<void> {
    this.packs.add(pack);
  }
}

/** Writes over the beginning of each pack that is there now, which leaves their indexes as they are. */
async function spoilPacks(store: MemoryStore): Promise<string[]> {
  const keys = await packs(store);
  for (const key of keys) await spoil(store, key, 100);
  return keys;
}

async function spoil(store: MemoryStore, key: string, at: number): Promise<void> {
  const bytes = Buffer.from((await store.get(key)) ?? '');
  bytes.write('XYZ', at);
  await store.put(key, bytes);
}

async function packs(store: MemoryStore): Promise<string[]> {
  return (await Array.fromAsync(store.list('packs/'))).map(({ key }) => key);
}

function profile(): SourceEntry[] {
  return [file('login', randomBytes(20 * KB)), file('log', randomBytes(30 * KB)), file('state', randomBytes(KB))];
}

describe('chunks of a pack in which damage was found are stored again by the next save', () => {
  const finds = {
    'a verification': async (vault: Awaited<ReturnType<typeof vaultIn>>, id: string) => {
      expect(await vault.verify(SESSION, id)).toMatchObject({ ok: false });
    },
    'a restore': async (vault: Awaited<ReturnType<typeof vaultIn>>, id: string) => {
      const target = `${await temporaryFolder()}/target`;
      await expect(vault.restore(SESSION, id, target)).rejects.toMatchObject({ code: 'snapshot_damaged' });
    },
  };

  test.each(Object.entries(finds))('when %s found it, also in another process', async (_, find) => {
    const store = new MemoryStore();
    const damage = new Kept();
    const entries = profile();
    const first = await (await vaultIn(store)).save(SESSION, entries, KIND);
    await spoilPacks(store);
    await find(await vaultIn(store, { damage }), first.id);

    const vault = await vaultIn(store, { damage });
    const second = await vault.save(SESSION, entries, KIND);
    expect(second.newBytes).toBe(51 * KB);
    expect(await vault.verify(SESSION, second.id)).toMatchObject({ ok: true });
    expect(sorted(await restored(vault, second.id))).toEqual(sorted(expected(entries)));
    // What the damaged one needs is there again, too.
    expect(await vault.verify(SESSION, first.id)).toMatchObject({ ok: true });
  });

  test('also when the damaged snapshot was forgotten meanwhile', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const entries = profile();
    const first = await vault.save(SESSION, entries, KIND);
    await spoilPacks(store);
    await vault.verify(SESSION, first.id);
    await vault.forget(SESSION, { ids: [first.id] });
    const second = await vault.save(SESSION, entries, KIND);
    expect(await vault.verify(SESSION, second.id)).toMatchObject({ ok: true });
  });

  test('also when its index was read before it was damaged or lost', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const entries = profile();
    const first = await vault.save(SESSION, entries, KIND);
    await vault.save(SESSION, entries, KIND);
    for (const key of await packs(store)) await store.put(key, ((await store.get(key)) ?? Buffer.alloc(0)).fill(0));
    expect(await vault.verify(SESSION, first.id)).toMatchObject({ ok: false });
    const healed = await vault.save(SESSION, entries, KIND);
    expect(await vault.verify(SESSION, healed.id)).toMatchObject({ ok: true });
  });
});

describe('a prune after the healing', () => {
  test('removes the damaged packs, and nothing of what was stored again', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const entries = profile();
    // Many times, since packs of the same worth are told apart by their random names.
    for (let round = 0; round < 8; round++) {
      const { id } = await vault.save(SESSION, entries, KIND);
      const bad = await spoilPacks(store);
      await vault.verify(SESSION, id);
      const healed = await vault.save(SESSION, entries, KIND);
      await vault.prune(SESSION, { minAgeMs: 0 });
      for (const key of bad) expect(await store.stat(key)).toBeNull();
      expect(await vault.verify(SESSION, healed.id)).toMatchObject({ ok: true });
    }
  });

  test('keeps a damaged pack while something that is whole is needed of it alone', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const [login, media] = [file('login', randomBytes(20 * KB)), file('media', randomBytes(300 * KB))];
    const old = await vault.save(SESSION, [login, media], KIND);
    const [pack = ''] = await packs(store);
    await spoil(store, pack, 100);
    await vault.verify(SESSION, old.id);
    const healed = await vault.save(SESSION, [login], KIND);
    await vault.prune(SESSION, { minAgeMs: 0 });
    expect(await vault.verify(SESSION, healed.id)).toMatchObject({ ok: true });
    const { damage } = await vault.verify(SESSION, old.id);
    expect(damage.flatMap(({ files }) => files).every((path) => path === 'media')).toBe(true);
  });

  test('keeps every copy of a chunk that is whole nowhere: one may be brought back', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const { id } = await vault.save(SESSION, profile(), KIND);
    const bad = await spoilPacks(store);
    await vault.verify(SESSION, id);
    await vault.prune(SESSION, { minAgeMs: 0 });
    for (const key of bad) expect(await store.stat(key)).not.toBeNull();
  });
});
