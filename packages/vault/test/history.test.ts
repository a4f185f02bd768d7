import { describe, expect, test } from 'vitest';
import { type BlobStore, MemoryStore, parseRetention, type SourceEntry } from '../src/index.ts';
import { counted, expected, file, objects, randomBytes, restored, SESSION, sorted, vaultIn } from './helpers.ts';
import { Full } from './stores.ts';

const KB = 1024;

async function bytesUnder(store: BlobStore, prefix: string): Promise<number> {
  let bytes = 0;
  for await (const info of store.list(prefix)) bytes += info.bytes;
  return bytes;
}

describe('a history of snapshots', () => {
  test('does not open what is unchanged, and stores once what is in many files', async () => {
    const vault = await vaultIn(new MemoryStore());
    const media = randomBytes(300 * KB);
    const entries = [file('media/1', media), file('media/2', media), file('log', randomBytes(50 * KB))];
    const first = await vault.save(SESSION, entries, { kind: 'full' });
    expect(first).toMatchObject({ bytes: 650 * KB, newBytes: 350 * KB, files: 3 });
    expect(first.storedBytes).toBeLessThan(351 * KB);

    const again = counted(entries);
    expect(await vault.save(SESSION, again.source, { kind: 'full' })).toMatchObject({ newBytes: 0, storedBytes: 0 });
    expect(again.opened).toEqual([]);

    const changed = [...entries.slice(0, 2), file('log', randomBytes(60 * KB)), file('media/3', media)];
    const later = counted(changed);
    expect(await vault.save(SESSION, later.source, { kind: 'full' })).toMatchObject({ newBytes: 60 * KB });
    expect(later.opened.sort()).toEqual(['log', 'media/3']);
  });

  test('stores only the new end of a log', async () => {
    const vault = await vaultIn(new MemoryStore());
    const log = randomBytes(3 * KB * KB);
    await vault.save(SESSION, [file('log', log.subarray(0, 2.5 * KB * KB), null)], { kind: 'full' });
    const { newBytes } = await vault.save(SESSION, [file('log', log, null)], { kind: 'full' });
    expect(newBytes).toBe(KB * KB);
  });

  test('recognises files through kinds: essential after full, full after essential', async () => {
    const vault = await vaultIn(new MemoryStore());
    const [login, media] = [file('login', randomBytes(KB)), file('media', randomBytes(10 * KB))];
    await vault.save(SESSION, [login, media], { kind: 'full' });
    for (const entries of [[login], [login, media], [login]]) {
      const { source, opened } = counted(entries);
      const kind = entries.length === 1 ? 'essential' : 'full';
      expect(await vault.save(SESSION, source, { kind })).toMatchObject({ newBytes: 0 });
      expect(opened).toEqual([]);
    }
  });

  test('opens a file again when it has no identity, or its size differs under the same one', async () => {
    const vault = await vaultIn(new MemoryStore());
    await vault.save(SESSION, [file('a', 'one', null), file('b', 'two', 'same')], { kind: 'full' });
    const { source, opened } = counted([file('a', 'one', null), file('b', 'three', 'same')]);
    const { id } = await vault.save(SESSION, source, { kind: 'full' });
    expect(opened.sort()).toEqual(['a', 'b']);
    expect((await restored(vault, id)).get('b')).toBe(Buffer.from('three').toString('base64'));
  });

  test('keeps sessions apart: nothing is shared, not even an id', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const entries = [file('same', randomBytes(20 * KB))];
    await vault.save('one', entries, { kind: 'full' });
    expect(await vault.save('two', entries, { kind: 'full' })).toMatchObject({ newBytes: 20 * KB });
    expect(await vault.sessions()).toEqual(['one', 'two']);
    for (const [key, bytes] of await objects(store)) {
      expect(key).not.toMatch(/one|two/);
      expect(bytes.includes('one') && bytes.includes('same')).toBe(false);
    }
  });

  test('forgets by id and by policy, each kind for itself, and never a newest one', async () => {
    let now = new Date('2026-01-01T02:00:00Z');
    const vault = await vaultIn(new MemoryStore(), { now: () => now });
    const ids: string[] = [];
    for (let day = 0; day < 12; day++) {
      now = new Date(Date.UTC(2026, 0, 1 + day, 2));
      ids.push((await vault.save(SESSION, [file('a', String(day))], { kind: day === 0 ? 'full' : 'essential' })).id);
    }
    const gone = await vault.forget(SESSION, { policy: parseRetention('last=2,weekly=2') });
    const left = (await vault.list(SESSION)).snapshots.map(({ id }) => id);
    // The full one, the newest of the week before, the two newest.
    expect(left).toEqual(
      [ids[0], ids[10], ids[11]].concat().sort((a, b) => ids.indexOf(a ?? '') - ids.indexOf(b ?? '')),
    );
    expect(gone).toHaveLength(9);
    await vault.forget(SESSION, { ids: [ids[10] ?? ''] });
    expect((await vault.list(SESSION)).snapshots).toHaveLength(2);
    expect((await vault.list(SESSION)).problems).toEqual([]);
    await expect(vault.forget(SESSION, { ids: ['99-00000000'] })).rejects.toMatchObject({ code: 'snapshot_not_found' });
    await expect(vault.restore(SESSION, ids[10] ?? '', '/nowhere')).rejects.toMatchObject({
      code: 'snapshot_not_found',
    });
  });

  test('frees by prune what no snapshot needs, rewriting packs that are half empty', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const [a, b, c] = ['a', 'b', 'c'].map((path) => file(path, randomBytes(100 * KB))) as [
      SourceEntry,
      SourceEntry,
      SourceEntry,
    ];
    const first = await vault.save(SESSION, [a, b], { kind: 'full' });
    const second = await vault.save(SESSION, [b, c], { kind: 'full' });
    expect(await vault.prune(SESSION)).toMatchObject({ deletedPacks: 0 });
    await vault.forget(SESSION, { ids: [first.id] });
    expect(await vault.stats(SESSION)).toMatchObject({ snapshots: 1, logicalBytes: 200 * KB, packs: 2 });
    const pruned = await vault.prune(SESSION);
    expect(pruned).toMatchObject({ deletedPacks: 1, rewrittenPacks: 1 });
    expect(pruned.freedBytes).toBeGreaterThan(99 * KB);
    expect(await bytesUnder(store, 'packs/')).toBeLessThan(202 * KB);
    expect(sorted(await restored(vault, second.id))).toEqual(sorted(expected([b, c])));
    expect(await vault.verify(SESSION, second.id)).toMatchObject({ ok: true });
    // What was pruned is stored again when it comes back.
    expect(await vault.save(SESSION, [a], { kind: 'full' })).toMatchObject({ newBytes: 100 * KB });
  });

  test('levels off over many saves with retention and prune, in bytes and in objects', async () => {
    const store = new MemoryStore();
    let now = Date.UTC(2026, 0, 1);
    const vault = await vaultIn(store, { now: () => new Date(now) });
    const sizes: number[] = [];
    for (let day = 0; day < 90; day++) {
      now += 24 * 3600 * 1000;
      await vault.save(SESSION, [file('log', randomBytes(8 * KB)), file('same', Buffer.alloc(9 * KB, 7))], {
        kind: 'full',
      });
      await vault.forget(SESSION, { policy: parseRetention('last=5,weekly=3') });
      if (day % 5 === 0) await vault.prune(SESSION);
      sizes.push(await bytesUnder(store, ''));
    }
    expect(Math.max(...sizes.slice(60))).toBeLessThan(Math.max(...sizes.slice(20, 40)) * 1.3);
    expect((await objects(store)).size).toBeLessThan(60);
    const { snapshots, problems } = await vault.list(SESSION);
    for (const { id } of snapshots) expect(await vault.verify(SESSION, id)).toMatchObject({ ok: true });
    expect(problems).toEqual([]);
  });

  test('says that the store is full, leaves nothing of what did not fit, and continues when there is room', async () => {
    const store = new MemoryStore();
    const roomy = await vaultIn(store);
    const first = await roomy.save(SESSION, [file('a', 'a')], { kind: 'full' });
    const before = [...(await objects(store)).keys()];
    const large = Array.from({ length: 20 }, (_, at) => file(`f${at}`, randomBytes(KB * KB)));
    const full = await vaultIn(new Full(store, 10 * KB * KB));
    await expect(full.save(SESSION, large, { kind: 'full' })).rejects.toMatchObject({ code: 'store_full' });
    expect([...(await objects(store)).keys()]).toEqual(before);
    expect(await roomy.verify(SESSION, first.id)).toMatchObject({ ok: true });
    const second = await roomy.save(SESSION, large, { kind: 'full' });
    expect(second.newBytes).toBe(20 * KB * KB);
    expect(await roomy.verify(SESSION, second.id)).toMatchObject({ ok: true });
  });

  test('has no problem to tell of when it continues after a forget and a prune', async () => {
    const vault = await vaultIn(new MemoryStore());
    const save = () => vault.save(SESSION, [file('a', randomBytes(KB))], { kind: 'full' });
    const first = await save();
    await save();
    for (const work of [
      () => vault.forget(SESSION, { ids: [first.id] }),
      () => vault.prune(SESSION, { minAgeMs: 0 }),
    ]) {
      await work();
      await save();
      expect((await vault.list(SESSION)).problems).toEqual([]);
    }
  });

  test('heals: chunks of a pack that is lost are stored again by the next save', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const entries = [file('a', randomBytes(10 * KB)), file('b', randomBytes(10 * KB))];
    const first = await vault.save(SESSION, entries, { kind: 'full' });
    for (const key of (await objects(store)).keys()) if (key.startsWith('packs/')) await store.delete(key);
    const fresh = await vaultIn(store);
    expect(await fresh.verify(SESSION, first.id)).toMatchObject({ ok: false });
    expect(await fresh.save(SESSION, entries, { kind: 'full' })).toMatchObject({ newBytes: 20 * KB });
    expect(await fresh.verify(SESSION, first.id)).toMatchObject({ ok: true });
  });
});

test('a policy keeps the snapshot of today behind seven from a clock that was 400 days ahead', async () => {
  const store = new MemoryStore();
  let now = new Date('2028-01-03T02:00:00Z');
  const vault = await vaultIn(store, { now: () => now });
  for (let night = 0; night < 7; night += 1) await vault.save(SESSION, [file('a', `${night}`)], { kind: 'essential' });
  now = new Date('2026-11-29T02:00:00Z');
  const today = await vault.save(SESSION, [file('a', 'today')], { kind: 'essential' });
  const policy = parseRetention('last=7,daily=7,weekly=4,monthly=6');
  expect(await vault.forget(SESSION, { policy })).toMatchObject([{ sequence: 1 }]);
  expect((await vault.list(SESSION)).snapshots.at(-1)?.id).toBe(today.id);
});
