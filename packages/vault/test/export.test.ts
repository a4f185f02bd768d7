import { LeadMasterError } from '@leadmaster/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryStore, masterKey } from '../src/index.ts';
import { expected, file, randomBytes, restored, SESSION, sorted, vaultIn } from './helpers.ts';

const MIB = 1024 * 1024;
const entries = [
  file('Default/log', randomBytes(2 * MIB + 5)),
  file('Default/text', 'text '.repeat(20_000)),
  file('copy', 'text '.repeat(20_000)),
  file('empty', ''),
];

async function exported(options: { key?: ReturnType<typeof masterKey> } = {}): Promise<Buffer> {
  const vault = await vaultIn(new MemoryStore());
  const { id } = await vault.save(SESSION, entries, { kind: 'essential', extra: { chromium: '156' } });
  return Buffer.concat(await Array.fromAsync(vault.exportTo(SESSION, id, options)));
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('an exported snapshot', () => {
  test('is one file that another vault takes in, under another name too', async () => {
    const bytes = await exported();
    expect(bytes.includes('Default')).toBe(false);
    const other = await vaultIn(new MemoryStore());
    for (const size of [bytes.length, 70_000, 1000]) {
      const info = await other.importFrom('copied', inPieces(bytes, size));
      expect(info).toMatchObject({
        kind: 'essential',
        files: 4,
        extra: { chromium: '156', imported: { session: SESSION } },
      });
      expect(sorted(await restored(other, info.id, 'copied'))).toEqual(sorted(expected(entries)));
      expect(await other.verify('copied', info.id)).toMatchObject({ ok: true });
    }
    // What came twice is stored once.
    expect((await other.stats('copied')).packs).toBe(1);
  });

  test('opens with the key it was sealed with, and with no other', async () => {
    const key = masterKey(Buffer.alloc(32, 99));
    const bytes = await exported({ key });
    const other = await vaultIn(new MemoryStore());
    await expect(other.importFrom('copied', inPieces(bytes, 9999))).rejects.toMatchObject({ code: 'vault_key_wrong' });
    await other.importFrom('copied', inPieces(bytes, 9999), { keys: [key] });
    expect((await other.list('copied')).snapshots).toHaveLength(1);
  });

  test.each(['/etc/passwd', '../other/Default', 'Default/../../other', '..', ''])(
    'with a link to %j is refused: where it is taken in, that is the login of another',
    async (target) => {
      const key = masterKey(Buffer.alloc(32, 99));
      const hostile = await vaultIn(new MemoryStore());
      const link = { path: 'Default/Local Storage', kind: 'symlink' as const, mode: 0o777, mtimeMs: 0, target };
      const { id } = await hostile.save(SESSION, [...entries, link], { kind: 'full' });
      const bytes = Buffer.concat(await Array.fromAsync(hostile.exportTo(SESSION, id, { key })));
      const vault = await vaultIn(new MemoryStore());
      const taken = vault.importFrom('copied', inPieces(bytes, 9999), { keys: [key] });
      await expect(taken).rejects.toMatchObject({ code: 'snapshot_unsafe' });
      expect((await vault.list('copied')).snapshots).toEqual([]);
    },
  );

  test('that is cut short or changed is refused, and leaves nothing', async () => {
    const bytes = await exported();
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.boolean(), async (at, cut) => {
        const bad = Buffer.from(cut ? bytes.subarray(0, at) : bytes);
        if (!cut) bad[at] = (bad[at] ?? 0) ^ 4;
        await expect(vault.importFrom('copied', inPieces(bad, 50_000))).rejects.toBeInstanceOf(LeadMasterError);
      }),
      {
        numRuns: 40,
        examples: [
          [0, true],
          [1, false],
          [4, false],
          [bytes.length - 1, true],
        ],
      },
    );
    expect((await vault.list('copied')).snapshots).toEqual([]);
    expect(await Array.fromAsync(store.list('packs/'))).toEqual([]);
  });

  test('of rubbish is refused without taking it into memory', async () => {
    const vault = await vaultIn(new MemoryStore());
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (rubbish) => {
        await expect(vault.importFrom('copied', inPieces(Buffer.from(rubbish), 50))).rejects.toBeInstanceOf(
          LeadMasterError,
        );
      }),
      { numRuns: 100 },
    );
  });
});
