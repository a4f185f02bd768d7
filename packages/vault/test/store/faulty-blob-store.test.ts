import { FaultyBlobStore, StoreDied } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../src/store/memory-store.ts';

function setUp(): { memory: MemoryStore; store: FaultyBlobStore } {
  const memory = new MemoryStore();
  return { memory, store: new FaultyBlobStore(memory) };
}

/** Other tests believe what this double does; so it is held to it. */
describe('the faulty store', () => {
  test('fails at the call it was told, having done nothing or all of it', async () => {
    const { memory, store } = setUp();
    store.plan({ on: 'put', key: /^p\//, nth: 2, what: 'fail' }).plan({ on: 'put', key: /^u/, what: 'unclear' });
    await store.put('p/1', Buffer.from('x'));
    await store.put('other', Buffer.from('x'));
    await expect(store.put('p/2', Buffer.from('x'))).rejects.toMatchObject({ code: 'store_unreachable' });
    await store.put('p/3', Buffer.from('x'));
    await expect(store.put('u', Buffer.from('x'))).rejects.toMatchObject({ code: 'store_unreachable' });
    expect((await Array.fromAsync(memory.list(''))).map(({ key }) => key)).toEqual(['other', 'p/1', 'p/3', 'u']);
    expect(store.calls).toHaveLength(5);
  });

  test('truncates what it gives, and what it takes', async () => {
    const { memory, store } = setUp();
    await memory.put('a', Buffer.from('0123456789'));
    store.plan({ what: 'truncate', times: 2 });
    expect(await store.get('a')).toEqual(Buffer.from('01234'));
    await expect(store.put('b', Buffer.from('0123456789'))).rejects.toThrow();
    expect(await memory.get('b')).toEqual(Buffer.from('01234'));
  });

  test('lists what was there a while ago', async () => {
    const { store } = setUp();
    await store.put('old', Buffer.from('x'));
    await store.markStale();
    await store.put('new', Buffer.from('x'));
    await store.delete('old');
    store.plan({ on: 'list', what: 'stale' });
    const listed = async (): Promise<string[]> => (await Array.fromAsync(store.list(''))).map(({ key }) => key);
    expect(await listed()).toEqual(['old']);
    expect(await listed()).toEqual(['new']);
  });

  test('delays', async () => {
    const { store } = setUp();
    store.plan({ what: 'delay', ms: 50 });
    const start = performance.now();
    await store.get('a');
    expect(performance.now() - start).toBeGreaterThan(40);
  });

  test.each([
    ['die', null],
    ['die-after', Buffer.from('x')],
  ] as const)('%s: every call fails until it is healed', async (what, left) => {
    const { store } = setUp();
    store.plan({ nth: 2, what });
    await store.get('a');
    await expect(store.put('a', Buffer.from('x'))).rejects.toBeInstanceOf(StoreDied);
    await expect(store.get('a')).rejects.toBeInstanceOf(StoreDied);
    await expect(Array.fromAsync(store.list(''))).rejects.toBeInstanceOf(StoreDied);
    store.heal();
    expect(await store.get('a')).toEqual(left);
  });
});
