import { LeadMasterError } from '@leadmaster/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packJson } from '../src/format/codec.ts';
import { headerLine, sealEnvelope, splitEnvelope } from '../src/format/envelope.ts';
import { readIndex, readTrailer } from '../src/format/pack.ts';
import { decodeRecord } from '../src/format/record.ts';
import { sessionKeys } from '../src/format/session-keys.ts';
import { checkTree } from '../src/format/tree.ts';
import { MemoryStore, parseMasterKeys, type SourceEntry } from '../src/index.ts';
import { file, objects, SESSION, vaultIn } from './helpers.ts';

const KEYS = sessionKeys('0'.repeat(32), '1'.repeat(32), Buffer.alloc(32, 3));
const PACK = { id: '2'.repeat(32), bytes: 1000 };
const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));

/** Bytes that begin as an object should, so that the fuzz gets past the first line. */
const likely = fc
  .tuple(
    fc.constantFrom(
      'leadmaster-vault/1 ',
      'leadmaster-vault/2 record x\n',
      headerLine('record', KEYS.vault, KEYS.session, 5),
      headerLine('index', KEYS.vault, KEYS.session, PACK.id),
    ),
    bytes,
  )
  .map(([line, rest]) => Buffer.concat([Buffer.from(line), rest]));
const anything = fc.oneof(bytes, likely);

async function onlyOurErrors(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(LeadMasterError);
  }
}

describe('readers of bytes from unknown writers', () => {
  test('take rubbish for damage and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (input) => {
        await onlyOurErrors(() => decodeRecord(KEYS, 'record', 5, input));
        await onlyOurErrors(() => readIndex(KEYS, 'pack', PACK, input));
        await onlyOurErrors(() => readTrailer('pack', input.length, input.subarray(Math.max(0, input.length - 12))));
        await onlyOurErrors(() => splitEnvelope('any', input));
        await onlyOurErrors(() => parseMasterKeys(input.toString('latin1')));
      }),
      { numRuns: 1500 },
    );
  });

  test('take rubbish that is sealed with the right key for damage as well', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          bytes,
          fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
        ),
        fc.boolean(),
        async (body, packed) => {
          const data = packed ? (await packJson(JSON.parse('[]'))).data : body;
          const record = sealEnvelope(KEYS.chain, headerLine('record', KEYS.vault, KEYS.session, 5), data);
          await expect(decodeRecord(KEYS, 'record', 5, record)).rejects.toBeInstanceOf(LeadMasterError);
          const index = sealEnvelope(KEYS.index, headerLine('index', KEYS.vault, KEYS.session, PACK.id), data);
          await expect(readIndex(KEYS, 'pack', PACK, index)).rejects.toBeInstanceOf(LeadMasterError);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('do not unpack more than they may', async () => {
    // 128 MiB of zeros in a few kilobytes, sealed with the right key.
    const bomb = sealEnvelope(KEYS.chain, headerLine('record', KEYS.vault, KEYS.session, 5), await zeros(128));
    const before = process.memoryUsage().rss;
    await expect(decodeRecord(KEYS, 'record', 5, bomb)).rejects.toMatchObject({ code: 'store_damaged' });
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
  });

  test('answer a whole vault of rubbish with our errors only', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const { id } = await vault.save(SESSION, [file('a', 'abc')], { kind: 'full' });
    const good = await objects(store);
    const keys = [...good.keys()];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), anything, async (key, input) => {
        await store.put(key, input);
        await onlyOurErrors(async () => {
          const opened = await vaultIn(store);
          await opened.list(SESSION);
          expect((await opened.verify(SESSION, id)).ok).toBe(false);
        });
        await store.put(key, good.get(key) ?? Buffer.alloc(0));
      }),
      { numRuns: 300 },
    );
  });
});

describe('paths', () => {
  const bad = [
    '',
    '/etc/passwd',
    '..',
    '../x',
    'a/../../x',
    'a//b',
    './a',
    'a/.',
    'a/',
    'a\0b',
    'n'.repeat(256),
    '\ud800',
  ];

  test.each(bad)('that lead out or cannot be are refused: %j', async (path) => {
    expect(() => checkTree([{ path, kind: 'file' }])).toThrow(expect.objectContaining({ code: 'snapshot_unsafe' }));
    const vault = await vaultIn(new MemoryStore());
    await expect(
      vault.save(SESSION, [{ ...file('x', 'x'), path } as SourceEntry], { kind: 'full' }),
    ).rejects.toMatchObject({
      code: 'snapshot_unsafe',
    });
  });

  test('behind a symlink or a file, or twice, are refused', () => {
    const refused = expect.objectContaining({ code: 'snapshot_unsafe' });
    expect(() =>
      checkTree([
        { path: 'a', kind: 'symlink' },
        { path: 'a/b', kind: 'file' },
      ]),
    ).toThrow(refused);
    expect(() =>
      checkTree([
        { path: 'a/b/c', kind: 'file' },
        { path: 'a', kind: 'file' },
      ]),
    ).toThrow(refused);
    expect(() =>
      checkTree([
        { path: 'a', kind: 'file' },
        { path: 'a', kind: 'file' },
      ]),
    ).toThrow(refused);
    expect(() =>
      checkTree([
        { path: 'a', kind: 'directory' },
        { path: 'a/b', kind: 'file' },
      ]),
    ).not.toThrow();
  });
});

async function zeros(mib: number): Promise<Buffer> {
  const { zstdCompressSync } = await import('node:zlib');
  return zstdCompressSync(Buffer.alloc(mib * 1024 * 1024));
}
