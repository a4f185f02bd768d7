import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, LeadMasterError } from '@leadmaster/protocol';
import type { BlobInfo, BlobSource, BlobStore } from '@leadmaster/vault';
import { afterEach, describe, expect, test } from 'vitest';
import { breakingSource, LARGE, largeSource, MIB, sourceOf } from './blob-bodies.ts';

/** What the suite is run against. */
export interface ContractSubject {
  /** An empty store of its own for each test. */
  open(): Promise<{ store: BlobStore; close?: () => Promise<void> }>;
  /** How many objects make a long listing; more than a page of S3's when not given. */
  many?: number;
  /** Stores that cannot do their work, each with the code that every operation must fail with. */
  broken?: readonly { name: string; code: ErrorCode; open: () => Promise<BlobStore> }[];
}

const MANY = 1050;

const NOT_KEYS = [
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  '../a',
  'a/../b',
  'a/./b',
  'A',
  'a b',
  'ä',
  'a\\b',
  'a\0b',
  'a?b',
];

/** What every BlobStore promises, in tests. Call it inside a test file, once for each implementation. */
export function blobStoreContract(name: string, subject: ContractSubject): void {
  const closing: (() => Promise<void>)[] = [];
  const fresh = async (): Promise<BlobStore> => {
    const { store, close } = await subject.open();
    if (close !== undefined) closing.push(close);
    return store;
  };
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  describe(`${name} keeps what it is given`, () => {
    test('an object comes back as it was put, with its size and time', async () => {
      const store = await fresh();
      const before = Date.now();
      expect(await store.put('a/b.c-d_0', Buffer.from('hello'))).toBe(true);
      expect(await store.get('a/b.c-d_0')).toEqual(Buffer.from('hello'));
      const info = await store.stat('a/b.c-d_0');
      expect(info).toMatchObject({ key: 'a/b.c-d_0', bytes: 5 });
      // Servers round to seconds.
      expect(Math.abs((info?.modifiedAt.getTime() ?? 0) - before)).toBeLessThan(5000);
    });

    test('empty and binary bodies, and views into larger buffers', async () => {
      const store = await fresh();
      const every = Uint8Array.from({ length: 1024 }, (_, i) => i % 256);
      await store.put('empty', new Uint8Array());
      await store.put('binary', every);
      await store.put('view', every.subarray(100, 110));
      await store.put('source', sourceOf([every.subarray(0, 1), new Uint8Array(), every.subarray(1)]));
      await store.put('empty-source', sourceOf([]));
      expect(await store.get('empty')).toHaveLength(0);
      expect((await store.stat('empty'))?.bytes).toBe(0);
      expect(await store.get('binary')).toEqual(Buffer.from(every));
      expect(await store.get('view')).toEqual(Buffer.from(every.subarray(100, 110)));
      expect(await store.get('source')).toEqual(Buffer.from(every));
      expect(await store.get('empty-source')).toHaveLength(0);
    });

    test('what it gives and takes is not shared with the caller', async () => {
      const store = await fresh();
      const body = Buffer.from('before');
      await store.put('a', body);
      body.fill(0);
      const given = await store.get('a');
      (given ?? body).fill(0);
      expect(await store.get('a')).toEqual(Buffer.from('before'));
    });

    test('a second put replaces the first whole', async () => {
      const store = await fresh();
      await store.put('a', Buffer.from('a longer first body'));
      expect(await store.put('a', Buffer.from('second'))).toBe(true);
      expect(await store.get('a')).toEqual(Buffer.from('second'));
      expect((await store.stat('a'))?.bytes).toBe(6);
    });

    test('a large body is streamed in, and read in ranges', async () => {
      const store = await fresh();
      const { source, digest, at } = largeSource();
      expect(await store.put('large', source)).toBe(true);
      expect((await store.stat('large'))?.bytes).toBe(LARGE);
      const hash = createHash('sha256');
      for (let offset = 0; offset < LARGE; offset += 7 * MIB) {
        const part = await store.get('large', { range: { offset, length: 7 * MIB } });
        hash.update(part ?? '');
      }
      expect(hash.digest('hex')).toBe(digest());
      // Across the borders of anything it may have been cut into.
      const length = 2000;
      for (const offset of [5 * MIB - 1000, 8 * MIB - 1000, 16 * MIB - 1000, LARGE - length]) {
        expect(await store.get('large', { range: { offset, length } })).toEqual(at(offset, length));
      }
    });

    test('ranges: within, at the end, past it, behind it, of nothing', async () => {
      const store = await fresh();
      await store.put('a', Buffer.from('0123456789'));
      const range = async (offset: number, length: number): Promise<string | undefined> =>
        (await store.get('a', { range: { offset, length } }))?.toString();
      expect(await range(0, 10)).toBe('0123456789');
      expect(await range(3, 4)).toBe('3456');
      expect(await range(9, 1)).toBe('9');
      expect(await range(8, 5)).toBe('89');
      expect(await range(10, 1)).toBe('');
      expect(await range(50, 10)).toBe('');
      expect(await range(3, 0)).toBe('');
    });
  });

  describe(`${name} says what is not there`, () => {
    test('a missing object is null, whole or in part, and no error to delete', async () => {
      const store = await fresh();
      await store.put('a/b', Buffer.from('x'));
      for (const key of ['b', 'a/c', 'a/b2', 'a/b/c']) {
        expect(await store.get(key)).toBeNull();
        expect(await store.get(key, { range: { offset: 0, length: 1 } })).toBeNull();
        expect(await store.get(key, { range: { offset: 0, length: 0 } })).toBeNull();
        expect(await store.stat(key)).toBeNull();
        await store.delete(key);
      }
      // A folder of objects is none itself.
      expect(await store.get('a')).toBeNull();
      expect(await store.stat('a')).toBeNull();
      await store.delete('a');
      expect(await keys(store, '')).toEqual(['a/b']);
    });

    test('a deleted object is gone, and only that', async () => {
      const store = await fresh();
      for (const key of ['a', 'ab', 'b/a', 'b/b']) await store.put(key, Buffer.from(key));
      await store.delete('a');
      await store.delete('b/a');
      expect(await store.get('a')).toBeNull();
      expect(await keys(store, '')).toEqual(['ab', 'b/b']);
      expect(await store.put('a', Buffer.from('again'), { ifAbsent: true })).toBe(true);
    });

    test('what is no key is refused, and reaches nothing', async () => {
      const store = await fresh();
      for (const key of NOT_KEYS) {
        await expect(store.put(key, Buffer.from('x')), JSON.stringify(key)).rejects.toThrow();
        await expect(store.get(key)).rejects.toThrow();
        await expect(store.stat(key)).rejects.toThrow();
        await expect(store.delete(key)).rejects.toThrow();
      }
      await expect(keys(store, '../')).rejects.toThrow();
      await expect(keys(store, '/')).rejects.toThrow();
      expect(await keys(store, '')).toEqual([]);
    });
  });

  describe(`${name} lists`, () => {
    test('in the order of keys, byte by byte, across folders', async () => {
      const store = await fresh();
      const all = ['a-b', 'a.b', 'a/b', 'a/b-c', 'a/b/c', 'a0', 'a_b', 'aa', 'b'];
      for (const key of all.toReversed().filter((key) => key !== 'a/b')) await store.put(key, Buffer.from(key));
      const expected = all.filter((key) => key !== 'a/b');
      expect(await keys(store, '')).toEqual(expected);
      expect(expected).toEqual(expected.toSorted());
    });

    test('what begins with the prefix, which may end within a name', async () => {
      const store = await fresh();
      for (const key of ['s/a/1', 's/a/2', 's/ab/1', 's/b', 't/a']) await store.put(key, Buffer.from(key));
      expect(await keys(store, 's/a')).toEqual(['s/a/1', 's/a/2', 's/ab/1']);
      expect(await keys(store, 's/a/')).toEqual(['s/a/1', 's/a/2']);
      expect(await keys(store, 's/a/2')).toEqual(['s/a/2']);
      expect(await keys(store, 'none')).toEqual([]);
      expect(await keys(store, 'none/')).toEqual([]);
      const [info] = await infos(store, 's/b');
      expect(info).toEqual({ key: 's/b', bytes: 3, modifiedAt: expect.any(Date) });
    });

    const many = subject.many ?? MANY;
    test(`${many} objects, all of them, once, in order`, async () => {
      const store = await fresh();
      const all = Array.from({ length: many }, (_, i) => `many/${i.toString().padStart(5, '0')}`);
      await inTurns(all, 16, (key) => store.put(key, Buffer.from(key)).then(() => undefined));
      expect(await keys(store, 'many/')).toEqual(all);
      expect(await keys(store, 'many/0000')).toEqual(all.slice(0, 10));
      expect(await keys(store, 'many/0104')).toEqual(all.slice(1040, 1050));
      // Who has seen enough may leave.
      for await (const { key } of store.list('many/')) {
        expect(key).toBe(all[0]);
        break;
      }
    });

    test('an object put is listed at once, one deleted no more', async () => {
      const store = await fresh();
      for (let i = 0; i < 20; i++) {
        await store.put(`k/${i}`, Buffer.from('x'));
        expect(await keys(store, `k/${i}`)).toContain(`k/${i}`);
        await store.delete(`k/${i}`);
        expect(await keys(store, 'k/')).toEqual([]);
      }
    });
  });

  describe(`${name} puts what is absent`, () => {
    test('once; after that it answers false and changes nothing', async () => {
      const store = await fresh();
      expect(await store.put('a', Buffer.from('first'), { ifAbsent: true })).toBe(true);
      expect(await store.put('a', Buffer.from('second'), { ifAbsent: true })).toBe(false);
      expect(await store.put('a', Buffer.from('first'), { ifAbsent: true })).toBe(false);
      expect(await store.put('a', sourceOf([Buffer.from('third')]), { ifAbsent: true })).toBe(false);
      expect(await store.get('a')).toEqual(Buffer.from('first'));
      await store.put('empty', new Uint8Array());
      expect(await store.put('empty', Buffer.from('x'), { ifAbsent: true })).toBe(false);
    });

    test('a large one too', async () => {
      const store = await fresh();
      const { source } = largeSource();
      expect(await store.put('large', source, { ifAbsent: true })).toBe(true);
      expect((await store.stat('large'))?.bytes).toBe(LARGE);
      const other = sourceOf([randomBytes(9 * MIB)]);
      expect(await store.put('large', other, { ifAbsent: true })).toBe(false);
      expect((await store.stat('large'))?.bytes).toBe(LARGE);
    });

    test('of eight at once one wins, and what it put stays', async () => {
      const store = await fresh();
      for (let round = 0; round < 5; round++) {
        const bodies = Array.from({ length: 8 }, () => randomBytes(2000));
        const won = await Promise.all(bodies.map((body) => store.put(`race/${round}`, body, { ifAbsent: true })));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await store.get(`race/${round}`)).toEqual(bodies[won.indexOf(true)]);
      }
    });
  });

  describe(`${name} writes whole or not at all`, () => {
    test('a source that breaks off, or has another length than announced, leaves nothing', async () => {
      const store = await fresh();
      await store.put('old', Buffer.from('old'));
      for (const bytes of [100, 12 * MIB]) {
        const whole = Buffer.alloc(bytes);
        // A source that gives more than announced must not be accepted halfway.
        for (const chunks of [[whole.subarray(10)], [whole, Buffer.alloc(10)], [Buffer.concat([whole, whole])], []]) {
          const lying = { ...sourceOf(chunks), length: bytes };
          await expect(store.put('new', lying)).rejects.toThrow();
          await expect(store.put('new', lying, { ifAbsent: true })).rejects.toThrow();
          await expect(store.put('old', lying)).rejects.toThrow();
        }
        const failure = new Error('the disk of the source');
        const breaking = breakingSource(bytes, failure);
        await expect(store.put('new', breaking)).rejects.toBe(failure);
        await expect(store.put('new', breaking, { ifAbsent: true })).rejects.toBe(failure);
        await expect(store.put('old', breaking)).rejects.toBe(failure);
      }
      expect(await keys(store, '')).toEqual(['old']);
      expect(await store.get('old')).toEqual(Buffer.from('old'));
    });

    test('readers beside writers see one body or another', async () => {
      const store = await fresh();
      const bodies = Array.from({ length: 4 }, (_, i) => Buffer.alloc(200_000, i + 1));
      await store.put('a', bodies[0] as Buffer);
      const writers = bodies.map((body) => store.put('a', body));
      const readers = Array.from({ length: 8 }, () => store.get('a'));
      await Promise.all(writers);
      for (const seen of [...(await Promise.all(readers)), await store.get('a')]) {
        expect(bodies.some((body) => seen?.equals(body))).toBe(true);
      }
    });

    test('many at once do not disturb each other', async () => {
      const store = await fresh();
      const objects = Array.from({ length: 40 }, (_, i) => ({ key: `c/${i}`, body: randomBytes(1 + i * 997) }));
      await Promise.all(objects.map(({ key, body }) => store.put(key, body)));
      const back = await Promise.all(objects.map(({ key }) => store.get(key)));
      expect(back.every((bytes, i) => bytes?.equals(objects[i]?.body as Buffer))).toBe(true);
      await Promise.all(objects.slice(0, 20).map(({ key }) => store.delete(key)));
      expect(await keys(store, 'c/')).toHaveLength(20);
    });
  });

  describe(`${name} heeds a signal`, () => {
    test('one that was given before: nothing happens, and its reason is what is thrown', async () => {
      const store = await fresh();
      await store.put('old', Buffer.from('old'));
      const reason = new Error('no more');
      const signal = AbortSignal.abort(reason);
      await expect(store.put('new', Buffer.from('x'), { signal })).rejects.toBe(reason);
      await expect(store.get('old', { signal })).rejects.toBe(reason);
      await expect(store.stat('old', { signal })).rejects.toBe(reason);
      await expect(store.delete('old', { signal })).rejects.toBe(reason);
      await expect(Array.fromAsync(store.list('', { signal }))).rejects.toBe(reason);
      expect(await keys(store, '')).toEqual(['old']);
    });

    test('one that comes in the middle of a body: the put ends soon, with nothing written', async () => {
      const store = await fresh();
      for (const ifAbsent of [false, true]) {
        const reason = new Error('enough');
        const control = new AbortController();
        let isClosed = false;
        const endless: BlobSource = {
          length: LARGE,
          async *open() {
            try {
              for (let i = 0; i < LARGE / MIB; i++) {
                if (i === 9) setTimeout(() => control.abort(reason), 5);
                if (i >= 9) await sleep(50);
                yield Buffer.alloc(MIB);
              }
            } finally {
              isClosed = true;
            }
          },
        };
        await expect(store.put('large', endless, { ifAbsent, signal: control.signal })).rejects.toBe(reason);
        await expect.poll(() => isClosed, { timeout: 2000 }).toBe(true);
      }
      expect(await store.stat('large')).toBeNull();
      expect(await keys(store, '')).toEqual([]);
    });
  });

  for (const broken of subject.broken ?? []) {
    test(`${name}, ${broken.name}: every operation is the error ${broken.code}, never an absence`, async () => {
      const store = await broken.open();
      const large = sourceOf([Buffer.alloc(9 * MIB)]);
      const operations: [string, () => Promise<unknown>][] = [
        ['get', () => store.get('a')],
        ['get of a range', () => store.get('a', { range: { offset: 0, length: 10 } })],
        ['get of nothing', () => store.get('a', { range: { offset: 0, length: 0 } })],
        ['stat', () => store.stat('a')],
        ['list', () => keys(store, '')],
        ['put', () => store.put('a', Buffer.from('x'))],
        ['put if absent', () => store.put('a', Buffer.from('x'), { ifAbsent: true })],
        ['large put', () => store.put('a', large)],
        ['large put if absent', () => store.put('a', large, { ifAbsent: true })],
        ['delete', () => store.delete('a')],
      ];
      for (const [operation, work] of operations) {
        const error = await work().then(
          (value) => `resolved to ${String(value)}`,
          (thrown: unknown) => thrown,
        );
        expect(error, operation).toBeInstanceOf(LeadMasterError);
        expect((error as LeadMasterError).code, operation).toBe(broken.code);
        expect((error as LeadMasterError).hint, operation).not.toBe('');
      }
    });
  }
}

function infos(store: BlobStore, prefix: string): Promise<BlobInfo[]> {
  return Array.fromAsync(store.list(prefix));
}

async function keys(store: BlobStore, prefix: string): Promise<string[]> {
  return (await infos(store, prefix)).map(({ key }) => key);
}

/** Works on all items, so many at a time. */
async function inTurns<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: limit }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
