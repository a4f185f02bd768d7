import type { LeadMasterError } from '@leadmaster/protocol';
import { sourceOf } from '@leadmaster/testkit';
import { blobStoreContract } from '@leadmaster/testkit/blob-store-contract';
import { radosgwMissing } from '@leadmaster/testkit/radosgw';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ByteRate } from '../../src/store/byte-rate.ts';
import { openStore } from '../../src/store/open-store.ts';
import { RetryStore } from '../../src/store/retry-store.ts';
import { ThrottleStore } from '../../src/store/throttle-store.ts';
import { expected, file, randomBytes, restored, SESSION, sorted, vaultIn } from '../helpers.ts';
import { failure } from './failure.ts';
import { TestBucket } from './s3-server.ts';

const missing = radosgwMissing();
const MIB = 1024 * 1024;
let s3: TestBucket;

/** Everything of an error that could reach a log or the operator. */
function everythingOf(error: LeadMasterError): string {
  const { message, hint, stack, cause, extra } = error;
  return JSON.stringify([message, hint, stack, String(cause), cause, extra, error.toProblem()]);
}

if (missing !== null) test('against a real S3 server', (context) => context.skip(missing));
else describe('against a real S3 server', againstServer);

function againstServer(): void {
  beforeAll(async () => {
    s3 = await TestBucket.start();
  });
  afterAll(async () => {
    await s3?.stop();
  });

  blobStoreContract('S3', {
    open: async () => {
      const store = s3.store();
      return { store, close: async () => store.close() };
    },
    broken: [
      {
        name: 'without a listener',
        code: 'store_unreachable',
        open: async () => s3.store({ endpoint: 'http://127.0.0.1:9' }),
      },
      {
        name: 'with a wrong secret',
        code: 'store_denied',
        open: async () => s3.store({ credentials: { ...s3.user, secretAccessKey: 'not-the-secret-of-this-user' } }),
      },
      {
        name: 'with an unknown key',
        code: 'store_denied',
        open: async () => s3.store({ credentials: { ...s3.user, accessKeyId: 'nobodys-key' } }),
      },
      {
        name: "in a bucket that isn't there",
        code: 'store_denied',
        open: async () => s3.store({ bucket: 'no-bucket' }),
      },
      {
        name: "in another account's bucket",
        code: 'store_denied',
        open: async () => s3.store({ credentials: await s3.server.createUser() }),
      },
    ],
  });

  blobStoreContract('S3, tried again and throttled', {
    many: 100,
    open: async () => {
      const store = s3.store();
      const fast = { up: new ByteRate(1e9), down: new ByteRate(1e9) };
      return { store: new RetryStore(new ThrottleStore(store, fast)), close: async () => store.close() };
    },
  });

  test('a failed upload in parts leaves no parts behind', async () => {
    const store = s3.store();
    const control = new AbortController();
    const source = {
      length: 20 * MIB,
      async *open() {
        for (let i = 0; i < 20; i++) {
          if (i === 15) control.abort(new Error('enough'));
          yield Buffer.alloc(MIB);
        }
      },
    };
    await expect(store.put('a', source, { signal: control.signal })).rejects.toThrow('enough');
    await expect(store.put('a', { ...sourceOf([Buffer.alloc(19 * MIB)]), length: 20 * MIB })).rejects.toThrow('19');
    expect(await s3.openUploads()).toEqual([]);
  });

  test('what a crash left of an upload is removed by a later one, when it is old enough', async () => {
    const [mine, others] = [s3.store({ prefix: 'mine', staleUploadMs: 0 }), s3.store({ prefix: 'mine' })];
    await s3.beginUpload('mine/a');
    await s3.beginUpload('others/a');
    await others.put('b', Buffer.alloc(6 * MIB));
    expect(await s3.openUploads()).toEqual(['mine/a', 'others/a']);
    await mine.put('b', Buffer.alloc(6 * MIB));
    expect(await s3.openUploads()).toEqual(['others/a']);
    await s3.store({ prefix: 'others', staleUploadMs: 0 }).put('b', Buffer.alloc(6 * MIB));
  });

  test('no message or cause of a refusal has a credential in it', async () => {
    const secretAccessKey = 'a-secret-that-must-not-be-told';
    const stores = [
      s3.store({ credentials: { ...s3.user, secretAccessKey } }),
      s3.store({ credentials: { accessKeyId: 'AKIDTHATMUSTNOTBETOLD', secretAccessKey } }),
      s3.store({ endpoint: 'http://127.0.0.1:9', credentials: { ...s3.user, secretAccessKey } }),
    ];
    for (const store of stores) {
      for (const work of [() => store.get('a'), () => store.stat('a'), () => store.put('a', Buffer.alloc(6 * MIB))]) {
        const said = everythingOf(await failure(work()));
        expect(said).not.toContain(secretAccessKey);
        expect(said).not.toContain('AKIDTHATMUSTNOTBETOLD');
        expect(said).not.toContain(s3.user.accessKeyId);
        expect(said).not.toMatch(/signature=|authorization/i);
      }
    }
  });

  test('a clock that is hours off is set by the first refusal', async () => {
    const store = s3.store({ clockOffsetMs: 3 * 3600 * 1000 });
    expect(await store.put('a', Buffer.from('x'), { ifAbsent: true })).toBe(true);
    expect(await store.get('a')).toEqual(Buffer.from('x'));
  });

  test('a store at the root of a bucket, and one with a deep prefix that sees only its own', async () => {
    const root = await s3.another(await s3.server.createUser());
    const whole = root.store({ prefix: '' });
    const deep = root.store({ prefix: 'some/where' });
    await whole.put('a', Buffer.from('x'));
    await deep.put('b', Buffer.from('y'));
    expect((await Array.fromAsync(whole.list(''))).map(({ key }) => key)).toEqual(['a', 'some/where/b']);
    expect((await Array.fromAsync(deep.list(''))).map(({ key }) => key)).toEqual(['b']);
    expect(await deep.get('a')).toBeNull();
  });

  test('is opened by its URL, with the credentials of the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', s3.user.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.user.secretAccessKey);
    const url = `s3://${s3.bucket}/by/url?endpoint=${s3.server.endpoint}`;
    const store = await openStore(url, { base: '/' });
    expect(store.name).toBe(`s3://${s3.bucket}/by/url`);
    await store.put('a', Buffer.from('x'));
    expect(await s3.store({ prefix: 'by/url' }).get('a')).toEqual(Buffer.from('x'));
    vi.unstubAllEnvs();
  });

  test('a full quota is store_full, and takes nothing from what is there', async () => {
    const small = await s3.another(await s3.server.createUser({ maxObjects: 3 }));
    const store = small.store();
    const keys: string[] = [];
    const error = await failure(
      (async () => {
        for (let i = 0; i < 50; i++) {
          await store.put(`k/${i}`, Buffer.from('x'));
          keys.push(`k/${i}`);
        }
      })(),
    );
    expect(error.code).toBe('store_full');
    expect((await Array.fromAsync(store.list(''))).map(({ key }) => key).sort()).toEqual(keys.sort());
  });

  // These two kill the gateway; after them no user can be made for a while.
  test('a gateway that is killed and started again in the middle of work: nothing is lost, nothing is doubled', async () => {
    const plain = s3.store({ deadlineMs: 5000 });
    const failures: string[] = [];
    const store = new RetryStore(plain, {
      attempts: 40,
      firstPauseMs: 50,
      maxPauseMs: 200,
      onFailure: (error) => failures.push(error.code),
    });
    const bodies = Array.from({ length: 30 }, (_, i) => Buffer.alloc(100_000, i + 1));
    let done = 0;
    const work = Promise.all(
      Array.from({ length: 3 }, async (_, lane) => {
        for (let i = lane; i < bodies.length; i += 3) {
          expect(await store.put(`k/${i}`, bodies[i] as Buffer, { ifAbsent: true })).toBe(true);
          done++;
        }
      }),
    );
    await expect.poll(() => done, { interval: 2, timeout: 30_000 }).toBeGreaterThan(5);
    await s3.server.killGateway();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await s3.server.startGateway();
    await work;
    expect(new Set(failures)).toEqual(new Set(['store_unreachable']));
    for (const [i, body] of bodies.entries()) expect(await plain.get(`k/${i}`)).toEqual(body);
  });

  test('holds a vault: saved while the gateway fails, verified, restored and pruned', async () => {
    const store = new RetryStore(s3.store({ deadlineMs: 5000 }), { attempts: 40, firstPauseMs: 50, maxPauseMs: 200 });
    const vault = await vaultIn(store);
    const entries = [file('CURRENT', 'MANIFEST-1'), file('blob', randomBytes(12 * MIB)), file('empty', '')];
    const first = await vault.save(SESSION, entries, { kind: 'full' });
    const saving = vault.save(SESSION, [...entries, file('more', randomBytes(12 * MIB))], { kind: 'full' });
    await s3.server.killGateway();
    await s3.server.startGateway();
    const second = await saving;
    expect(second.newBytes).toBeLessThan(13 * MIB);
    expect((await vault.verify(SESSION, first.id)).ok).toBe(true);
    expect((await vault.verify(SESSION, second.id)).ok).toBe(true);
    expect(sorted(await restored(vault, first.id))).toEqual(sorted(expected(entries)));
    await vault.prune(SESSION, { minAgeMs: 0 });
    expect((await vault.verify(SESSION, second.id)).ok).toBe(true);
  });
}
