import { describe, expect, test } from 'vitest';
import { MemoryStore, type SourceEntry, type Vault } from '../src/index.ts';
import { expected, file, randomBytes, restored, SESSION, sorted, vaultIn } from './helpers.ts';
import { Stale, seeded, Unruly } from './stores.ts';

const POOL = Array.from({ length: 8 }, (_, at) => file(`f${at}`, randomBytes(600 + at), `id${at}`));

/** What a manager does that knows of no other, some of it in vain. */
async function work(vault: Vault, random: () => number, saved: Map<string, SourceEntry[]>): Promise<void> {
  for (let step = 0; step < 6; step++) {
    try {
      const choice = random();
      if (choice < 0.5) {
        const entries = POOL.filter(() => random() < 0.5);
        saved.set((await vault.save(SESSION, entries, { kind: 'full' })).id, entries);
      } else if (choice < 0.7) {
        const { snapshots } = await vault.list(SESSION);
        const one = snapshots[Math.floor(random() * snapshots.length)];
        if (one === undefined) continue;
        // Whether it succeeds or is told that it failed, no other writer may rely on it.
        saved.delete(one.id);
        await vault.forget(SESSION, { ids: [one.id] });
        saved.delete(one.id);
      } else await vault.prune(SESSION, { minAgeMs: -1_000_000, maxWaste: 0 });
    } catch (error) {
      const code = (error as { code?: string }).code;
      // What comes of two at once: the slower one is told, and has changed nothing.
      if (
        !['vault_locked', 'snapshot_not_found', 'session_not_found', 'store_damaged', 'snapshot_damaged'].includes(
          code ?? '',
        )
      )
        throw error;
    }
  }
}

describe('two managers on one session', () => {
  test('lose nothing that was saved, though no lock holds and prune waits for nothing', async () => {
    let kept = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const base = new MemoryStore();
      const random = seeded(seed * 7919);
      const a = await vaultIn(new Unruly(base, random), { owner: 'a' });
      const b = await vaultIn(new Unruly(base, random), { owner: 'b' });
      const saved = new Map<string, SourceEntry[]>();
      await a.save(SESSION, POOL.slice(0, 2), { kind: 'full' });
      await Promise.all([work(a, random, saved), work(b, random, saved)]);
      const fresh = await vaultIn(base);
      const ids = (await fresh.list(SESSION)).snapshots.map(({ id }) => id);
      for (const id of saved.keys()) {
        expect(ids, `seed ${seed}`).toContain(id);
        kept++;
      }
      for (const id of ids) expect(await fresh.verify(SESSION, id), `seed ${seed}, ${id}`).toMatchObject({ ok: true });
    }
    expect(kept).toBeGreaterThan(60);
  });

  test('lose nothing either when lists lag behind', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const base = new MemoryStore();
      const random = seeded(seed * 104_729);
      const vault = await vaultIn(new Stale(base, 6));
      const saved = new Map<string, SourceEntry[]>();
      await vault.save(SESSION, POOL.slice(0, 2), { kind: 'full' });
      await work(vault, random, saved);
      await work(vault, random, saved);
      const fresh = await vaultIn(base);
      const ids = (await fresh.list(SESSION)).snapshots.map(({ id }) => id);
      for (const id of saved.keys()) expect(ids, `seed ${seed}`).toContain(id);
      for (const id of ids) expect(await fresh.verify(SESSION, id)).toMatchObject({ ok: true });
    }
  });

  test('take turns by a lock that says who is at work, and that does not outlive its owner', async () => {
    const store = new MemoryStore();
    let now = Date.parse('2026-01-01T00:00:00Z');
    const options = { now: () => new Date(now) };
    const a = await vaultIn(store, { owner: 'machine-a', ...options });
    const b = await vaultIn(store, { owner: 'machine-b', ...options });
    await a.save(SESSION, [], { kind: 'full' });
    let release = () => {};
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* slow(): AsyncGenerator<SourceEntry> {
      await blocked;
      yield file('a', 'a');
    }
    const running = a.save(SESSION, slow(), { kind: 'full' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(b.save(SESSION, [], { kind: 'full' })).rejects.toMatchObject({
      code: 'vault_locked',
      message: expect.stringContaining('machine-a'),
    });
    // The same owner in another process has died and come back.
    const again = await vaultIn(store, { owner: 'machine-a', ...options });
    await again.save(SESSION, [file('b', 'b')], { kind: 'full' });
    // An expired lock delays no writer.
    await store.put(
      [...(await Array.fromAsync(store.list('locks/')))].map(({ key }) => key)[0] ?? 'locks/x',
      Buffer.from('?'),
    );
    now += 6 * 60_000;
    await b.save(SESSION, [file('c', 'c')], { kind: 'full' });
    release();
    const { id } = await running;
    expect((await b.list(SESSION)).snapshots).toHaveLength(4);
    expect(sorted(await restored(b, id))).toEqual(sorted(expected([file('a', 'a')])));
  });

  test('restore while the other prunes what they read', async () => {
    const base = new MemoryStore();
    const vault = await vaultIn(base);
    const [a, b] = [file('a', randomBytes(50_000)), file('b', randomBytes(50_000))];
    const first = await vault.save(SESSION, [a, b], { kind: 'full' });
    const second = await vault.save(SESSION, [b], { kind: 'full' });
    const reader = await vaultIn(base, { owner: 'reader' });
    // Its memory of where things are is from earlier.
    await reader.verify(SESSION, second.id);
    let pruned = false;
    await reader.verify(SESSION, first.id, {
      onProgress: () => {
        pruned = true;
      },
    });
    await vault.forget(SESSION, { ids: [first.id] });
    await vault.prune(SESSION, { maxWaste: 0 });
    expect(pruned).toBe(true);
    expect(await reader.verify(SESSION, second.id)).toMatchObject({ ok: true });
  });
});
