import { sourceOf } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { ByteRate } from '../../src/store/byte-rate.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { ThrottleStore } from '../../src/store/throttle-store.ts';

const KIB = 1024;
const RATE = 1000 * KIB;

/** Milliseconds; timers never end early by more than their own grain. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start + 5;
}

describe('a throttled store', () => {
  test('takes bodies no faster than its rate, in memory or streamed', async () => {
    const store = new ThrottleStore(new MemoryStore(), { up: new ByteRate(RATE) });
    expect(await timed(() => store.put('a', Buffer.alloc(400 * KIB)))).toBeGreaterThan(300);
    expect(await timed(() => store.put('b', sourceOf([Buffer.alloc(400 * KIB)])))).toBeGreaterThan(300);
    expect((await store.get('b'))?.length).toBe(400 * KIB);
  });

  test('gives them no faster, whole or in ranges; the ways do not share', async () => {
    const store = new ThrottleStore(new MemoryStore(), { down: new ByteRate(RATE) });
    await store.put('a', Buffer.alloc(400 * KIB));
    expect(await timed(() => store.get('a'))).toBeGreaterThan(300);
    const range = { offset: 0, length: 400 * KIB };
    expect(await timed(() => store.get('a', { range }))).toBeGreaterThan(300);
  });

  test('stores share the rate of the machine', async () => {
    const up = new ByteRate(RATE);
    const stores = [1, 2, 3, 4].map(() => new ThrottleStore(new MemoryStore(), { up }));
    const all = timed(() => Promise.all(stores.map((store) => store.put('a', Buffer.alloc(150 * KIB)))));
    expect(await all).toBeGreaterThan(500);
  });

  test('one that takes little does not wait for all of one that takes much', async () => {
    const up = new ByteRate(RATE);
    const store = new ThrottleStore(new MemoryStore(), { up });
    const done: string[] = [];
    const large = store.put('large', Buffer.alloc(600 * KIB)).then(() => done.push('large'));
    await store.put('small', Buffer.alloc(10 * KIB)).then(() => done.push('small'));
    await large;
    expect(done).toEqual(['small', 'large']);
  });

  test('an abort ends the wait, and what was not used is there for others', async () => {
    let now = 1000;
    const rate = new ByteRate(1000, () => now);
    const control = new AbortController();
    const waiting = rate.take(60_000, control.signal);
    control.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await rate.take(100); // What may go at once.
    now += 10_000;
    await rate.take(100);
  });

  test('a range that ends early costs what it gave', async () => {
    const store = new ThrottleStore(new MemoryStore(), { down: new ByteRate(RATE) });
    await store.put('a', Buffer.alloc(10));
    const range = { offset: 0, length: 90 * KIB };
    const many = async (): Promise<void> => {
      for (let i = 0; i < 120; i++) await store.get('a', { range });
    };
    expect(await timed(many)).toBeLessThan(6000);
  });

  test('a range far beyond the end of an object costs what there is of it', async () => {
    const store = new ThrottleStore(new MemoryStore(), { down: new ByteRate(RATE) });
    await store.put('a', Buffer.alloc(10 * KIB));
    const range = { offset: 4, length: 64 * 1024 * KIB };
    expect(await timed(() => store.get('a', { range }))).toBeLessThan(10_000);
    expect(await timed(() => store.get('none', { range }))).toBeLessThan(10_000);
    expect((await store.get('a', { range }))?.length).toBe(10 * KIB - 4);
    await store.put('b', Buffer.alloc(400 * KIB));
    expect(await timed(() => store.get('b', { range }))).toBeGreaterThan(300);
  });

  test('a rate of nothing is refused', () => {
    for (const rate of [0, -1, Number.NaN]) expect(() => new ByteRate(rate)).toThrow(RangeError);
  });
});
