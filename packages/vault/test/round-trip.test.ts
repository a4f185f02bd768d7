import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FolderStore, folderSource, MemoryStore, type SourceEntry } from '../src/index.ts';
import {
  contents,
  expected,
  file,
  randomBytes,
  restored,
  SESSION,
  sorted,
  temporaryFolder,
  vaultIn,
} from './helpers.ts';

const MIB = 1024 * 1024;

/** Names as they occur, and as they hurt. */
const name = fc
  .oneof(
    fc.constantFrom(
      'Default',
      'Local Storage',
      'leveldb',
      '000003.log',
      'CURRENT',
      '-rf',
      'ünï-çødé',
      '日本',
      '🙂',
      'a\nb',
      ' ',
    ),
    fc
      .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
      .filter((text) => !/[/\0]/.test(text) && !/^\.{1,2}$/.test(text)),
    fc.constant('n'.repeat(255)),
  )
  .filter((text) => Buffer.byteLength(text) <= 255 && text.isWellFormed());

const content = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.nat(40_000).map((size) => Buffer.alloc(size, 'compressible ')),
  fc.nat(40_000).map((size) => randomBytes(size)),
);

const entry: fc.Arbitrary<SourceEntry> = fc
  .tuple(
    fc.array(name, { minLength: 1, maxLength: 4 }),
    content,
    fc.constantFrom('file', 'file', 'symlink', 'directory'),
  )
  .map(([names, bytes, kind]): SourceEntry => {
    const common = { path: names.join('/'), mode: 0o700, mtimeMs: 1_600_000_000_123 };
    if (kind === 'symlink') return { ...common, kind: 'symlink', target: '/etc/../nowhere' };
    if (kind === 'directory') return { ...common, kind: 'directory' };
    return file(common.path, bytes);
  });

/** Entries that can be in one tree: no path twice, none behind a file. */
const tree = fc.array(entry, { maxLength: 12 }).map((entries) => {
  const chosen = new Map<string, SourceEntry>();
  for (const one of entries) {
    const parents = one.path
      .split('/')
      .map((_, at, all) => all.slice(0, at).join('/'))
      .slice(1);
    const clash =
      chosen.has(one.path) ||
      parents.some((path) => (chosen.get(path)?.kind ?? 'directory') !== 'directory') ||
      (one.kind !== 'directory' && [...chosen.keys()].some((path) => path.startsWith(`${one.path}/`)));
    if (!clash) chosen.set(one.path, one);
  }
  return [...chosen.values()];
});

describe('a snapshot', () => {
  test('comes back as it was, for any tree', async () => {
    const vault = await vaultIn(new MemoryStore());
    await fc.assert(
      fc.asyncProperty(tree, async (entries) => {
        const { id, files } = await vault.save(SESSION, entries, { kind: 'full' });
        expect(files).toBe(entries.filter(({ kind }) => kind === 'file').length);
        expect(sorted(await restored(vault, id))).toEqual(sorted(expected(entries)));
      }),
      { numRuns: 25 },
    );
  });

  test.each([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 17])(
    'holds files around the borders of chunks: %i bytes',
    async (size) => {
      const vault = await vaultIn(new MemoryStore());
      const noise = file('noise', randomBytes(size));
      const zeros = file('zeros', Buffer.alloc(size));
      const { id } = await vault.save(SESSION, [noise, zeros], { kind: 'full' });
      expect((await restored(vault, id)).get('noise')).toBe(expected([noise]).get('noise'));
      expect(await vault.verify(SESSION, id)).toMatchObject({ ok: true, files: 2, bytes: 2 * size });
    },
  );

  test('takes content in pieces of any size, and a file that grew or shrank while it was read', async () => {
    const vault = await vaultIn(new MemoryStore());
    const bytes = randomBytes(2 * MIB + 5000);
    for (const [piece, said] of [
      [7000, bytes.length],
      [MIB, bytes.length],
      [999_999, 100],
      [65_536, 3 * MIB],
    ] as const) {
      const open = async function* () {
        for (let at = 0; at < bytes.length; at += piece) yield Buffer.from(bytes.subarray(at, at + piece));
      };
      const grown: SourceEntry = { ...file('f', ''), kind: 'file', size: said, identity: 'x', open };
      const { id } = await vault.save(SESSION, [grown], { kind: 'full' });
      expect((await restored(vault, id)).get('f')).toBe(bytes.toString('base64'));
      const [kept] = (await vault.get(SESSION, id)).entries;
      expect(kept).toMatchObject({ size: bytes.length });
      // What was not read as it was looked at is never taken for unchanged.
      expect(kept?.kind === 'file' && kept.identity !== undefined).toBe(said === bytes.length);
    }
  });

  test('keeps modes, times and symlinks of a folder, and leaves the folder as it is', async () => {
    const folder = await temporaryFolder();
    const from = join(folder, 'profile');
    await fs.mkdir(join(from, 'Default', 'empty'), { recursive: true });
    await fs.writeFile(join(from, 'Default', 'Preferences'), '{}', { mode: 0o640 });
    await fs.utimes(join(from, 'Default', 'Preferences'), 1_500_000_000, 1_500_000_000.25);
    await fs.symlink('host-123', join(from, 'SingletonLock'));
    await fs.chmod(join(from, 'Default', 'empty'), 0o500);
    const vault = await vaultIn(new FolderStore(join(folder, 'vault'), { create: true }));
    const { id } = await vault.save(SESSION, folderSource(from), { kind: 'full' });
    const to = join(folder, 'restored');
    expect(await vault.restore(SESSION, id, to)).toEqual({ files: 1, bytes: 2 });
    expect(sorted(await contents(to))).toEqual(sorted(await contents(from)));
    const stat = await fs.stat(join(to, 'Default', 'Preferences'));
    expect(stat.mode & 0o777).toBe(0o640);
    expect(stat.mtimeMs).toBeCloseTo(1_500_000_000_250, 2);
    expect((await fs.stat(join(to, 'Default', 'empty'))).mode & 0o777).toBe(0o500);
    expect((await fs.stat(join(to))).mode & 0o777).toBe(0o700);
  });

  test('carries the facts of its caller, in lists and alone', async () => {
    const vault = await vaultIn(new MemoryStore());
    const extra = { chromium: '156.0.1', generation: 3, pauseMs: 12.5, checks: [{ name: 'CURRENT', ok: true }] };
    const { id } = await vault.save(SESSION, [file('a', 'b')], { kind: 'essential', extra });
    expect((await vault.list(SESSION)).snapshots).toMatchObject([{ id, kind: 'essential', files: 1, bytes: 1, extra }]);
    expect(await vault.get(SESSION, id)).toMatchObject({ id, extra, entries: [{ path: 'a', size: 1 }] });
    const large = { text: 'x'.repeat(20_000) };
    await expect(vault.save(SESSION, [], { kind: 'full', extra: large })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('tells its progress and stops when asked to, leaving nothing', async () => {
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const seen: number[] = [];
    await vault.save(SESSION, [file('a', randomBytes(5000))], {
      kind: 'full',
      onProgress: ({ bytes }) => seen.push(bytes),
    });
    expect(seen.at(-1)).toBe(5000);
    const stop = new AbortController();
    const source = [file('b', randomBytes(100)), file('c', randomBytes(100))].map((one) => {
      const open = () => {
        stop.abort();
        return randomBytes(100);
      };
      return { ...one, open } as SourceEntry;
    });
    await expect(vault.save(SESSION, source, { kind: 'full', signal: stop.signal })).rejects.toThrow(/abort/i);
    expect((await vault.list(SESSION)).snapshots).toHaveLength(1);
    const packs = [];
    for await (const { key } of store.list('packs/')) packs.push(key);
    expect(packs).toHaveLength(1);
  });
});
