import { LeadMasterError } from '@leadmaster/protocol';
import { FaultyBlobStore, sourceOf } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { DEFAULT_RETRY, pauseMs } from '../../src/store/backoff.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { type RetryOptions, RetryStore } from '../../src/store/retry-store.ts';

const MIB = 1024 * 1024;

function setUp(options: RetryOptions = {}): { memory: MemoryStore; faulty: FaultyBlobStore; store: RetryStore } {
  const memory = new MemoryStore();
  const faulty = new FaultyBlobStore(memory);
  return { memory, faulty, store: new RetryStore(faulty, { attempts: 4, firstPauseMs: 1, ...options }) };
}

describe('a store that is tried again', () => {
  test('gets there when the failures end in time, and tells each of them', async () => {
    const told: string[] = [];
    const { faulty, store } = setUp({ onFailure: (error) => told.push(error.code) });
    faulty.plan({ what: 'fail', times: 3 });
    await store.put('a', Buffer.from('x'));
    faulty.plan({ on: 'get', what: 'fail', times: 3 });
    expect(await store.get('a')).toEqual(Buffer.from('x'));
    faulty.plan({ on: 'stat', what: 'fail' }).plan({ on: 'delete', what: 'unclear' });
    expect((await store.stat('a'))?.bytes).toBe(1);
    await store.delete('a');
    expect(await store.get('a')).toBeNull();
    expect(told).toEqual(Array(8).fill('store_unreachable'));
  });

  test('gives up after its tries, with the error as it was', async () => {
    const { faulty, store } = setUp();
    const error = new LeadMasterError('store_unreachable', 'gone', 'wait');
    faulty.plan({ what: 'fail', times: 100, error });
    await expect(store.get('a')).rejects.toBe(error);
    expect(faulty.calls).toHaveLength(4);
  });

  test.each(['store_denied', 'store_full', 'store_damaged'] as const)('%s stands at once', async (code) => {
    const { faulty, store } = setUp();
    const error = new LeadMasterError(code, 'no', 'do something');
    for (const work of [() => store.put('a', Buffer.from('x')), () => Array.fromAsync(store.list(''))]) {
      faulty.heal();
      faulty.calls.length = 0;
      faulty.plan({ what: 'fail', times: 100, error });
      await expect(work()).rejects.toBe(error);
      expect(faulty.calls).toHaveLength(1);
    }
  });

  test('pauses double to a bound, half of each left to chance', () => {
    const at = (random: number): number[] =>
      [1, 2, 3, 4, 8, 50].map((n) => pauseMs({ ...DEFAULT_RETRY, random: () => random }, n));
    expect(at(1)).toEqual([250, 500, 1000, 2000, 15_000, 15_000]);
    expect(at(0)).toEqual([125, 250, 500, 1000, 7500, 7500]);
  });

  test('an abort ends the pause', async () => {
    const { faulty, store } = setUp({ firstPauseMs: 60_000, maxPauseMs: 60_000 });
    const reason = new Error('enough');
    const control = new AbortController();
    for (const work of [
      () => store.get('a', { signal: control.signal }),
      () => Array.fromAsync(store.list('', { signal: control.signal })),
    ]) {
      faulty.plan({ what: 'fail' });
      setTimeout(() => control.abort(reason), 10);
      await expect(work()).rejects.toBe(reason);
    }
  });

  test('a listing that breaks off continues where it was: every key once, in order', async () => {
    const { memory, faulty, store } = setUp();
    const all = Array.from({ length: 40 }, (_, i) => `k/${(i + 10).toString()}`);
    for (const key of all) await memory.put(key, Buffer.from(key));
    faulty.plan({ on: 'list', what: 'truncate', times: 2 }).plan({ on: 'list', what: 'fail', nth: 3 });
    expect((await Array.fromAsync(store.list('k/'))).map(({ key }) => key)).toEqual(all);
    expect(faulty.calls).toHaveLength(4);
  });
});

describe('a conditional put that is tried again', () => {
  const small = Buffer.from('mine');
  const large = sourceOf([Buffer.alloc(2 * MIB, 1), Buffer.alloc(MIB + 7, 2)]);

  test.each([
    ['small', small],
    ['large', large],
    ['empty', new Uint8Array()],
  ])('is true when the try that failed had written it (%s)', async (_, body) => {
    const { faulty, store } = setUp();
    faulty.plan({ on: 'put', what: 'unclear' });
    expect(await store.put('a', body, { ifAbsent: true })).toBe(true);
    expect((await faulty.stat('a'))?.bytes).toBe(body.length);
  });

  test('is false when another was first, after a failure or without one', async () => {
    const { memory, faulty, store } = setUp();
    await memory.put('a', Buffer.from('his!'));
    expect(await store.put('a', small, { ifAbsent: true })).toBe(false);
    faulty.plan({ on: 'put', what: 'fail', times: 2 });
    expect(await store.put('a', small, { ifAbsent: true })).toBe(false);
    await memory.put('b', Buffer.concat([Buffer.alloc(2 * MIB, 1), Buffer.alloc(MIB + 6, 2), Buffer.alloc(1)]));
    faulty.plan({ on: 'put', what: 'fail' });
    expect(await store.put('b', large, { ifAbsent: true })).toBe(false);
    expect(await memory.get('a')).toEqual(Buffer.from('his!'));
  });

  test('equal bytes that were there before any failure are not its own', async () => {
    const { memory, store } = setUp();
    await memory.put('a', small);
    expect(await store.put('a', small, { ifAbsent: true })).toBe(false);
  });

  test('looks again when looking fails', async () => {
    const { faulty, store } = setUp();
    faulty.plan({ on: 'put', what: 'unclear' }).plan({ on: 'get', what: 'fail' }).plan({ on: 'stat', what: 'fail' });
    expect(await store.put('a', small, { ifAbsent: true })).toBe(true);
  });

  test('eight at once over a line that keeps failing: one wins', async () => {
    const { memory, faulty } = setUp();
    for (let round = 0; round < 20; round++) {
      faulty.heal();
      for (let nth = 1; nth < 40; nth += 3) faulty.plan({ on: 'put', what: nth % 2 ? 'unclear' : 'fail', nth });
      const bodies = Array.from({ length: 8 }, (_, i) => Buffer.from(`writer ${i}`));
      const stores = bodies.map(() => new RetryStore(faulty, { attempts: 20, firstPauseMs: 0.5 }));
      const key = `race/${round}`;
      const won = await Promise.all(stores.map((store, i) => store.put(key, bodies[i] as Buffer, { ifAbsent: true })));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await memory.get(key)).toEqual(bodies[won.indexOf(true)]);
    }
  });
});
