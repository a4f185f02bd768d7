import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkStructure } from '../src/index.ts';
import { checkLevelDb } from '../src/leveldb/check.ts';
import { repairLevelDb } from '../src/leveldb/repair.ts';
import { StorePage, servePage } from './structure-profile.ts';

const LOCAL_STORAGE = 'Default/Local Storage/leveldb';

/** What Chromium itself has written, and what it makes of it afterwards. */
describe('a profile of Chromium', () => {
  let server: Server & AsyncDisposable;
  let root: string;
  let made: string;
  let profile: string;

  beforeAll(async () => {
    server = await servePage();
    root = await mkdtemp(join(tmpdir(), 'leadmaster-structure-'));
    made = join(root, 'made');
    profile = join(root, 'profile');
    await using page = await StorePage.open(made, server);
    for (let round = 0; round < 3; round++) await page.put(round * 200, 200, 20_000);
    for (let row = 0; row < 100; row++) await page.put(1_000 + row, 1, 300);
    for (let key = 0; key < 50; key++) await page.remember(`key ${key}`, 'value '.repeat(20));
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true });
  });

  /** A fresh copy, with the folder of its IndexedDB and the names that matter in it. */
  function fresh(): { idb: string; log: string; manifest: string; tables: string[] } {
    rmSync(profile, { recursive: true, force: true });
    cpSync(made, profile, { recursive: true });
    const parent = join(profile, 'Default/IndexedDB');
    const idb = join(parent, readdirSync(parent)[0] as string);
    const names = readdirSync(idb).sort();
    return {
      idb,
      log: join(idb, names.filter((name) => name.endsWith('.log')).at(-1) as string),
      manifest: join(idb, readFileSync(join(idb, 'CURRENT'), 'utf8').trim()),
      tables: names.filter((name) => name.endsWith('.ldb')).map((name) => join(idb, name)),
    };
  }

  function flip(path: string, at: number): void {
    const bytes = readFileSync(path);
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] as number) ^ 0x10;
    writeFileSync(path, bytes);
  }

  test('is whole, with every database named', () => {
    fresh();
    const { ok, checks } = checkStructure(profile);
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(ok).toBe(true);
    const names = checks.map(({ name }) => name).join('\n');
    expect(names).toMatch(/indexeddb\.leveldb/);
    expect(names).toContain(LOCAL_STORAGE);
    expect(names).toContain('Cookies');
  });

  test.each<[string, (parts: ReturnType<typeof fresh>) => void]>([
    ['its MANIFEST', ({ manifest }) => flip(manifest, 30)],
    ['the middle of its log', ({ log }) => flip(log, 100_000)],
    ['the footer of a table', ({ tables }) => flip(tables[0] as string, -3)],
    ['the index of a table', ({ tables }) => flip(tables[0] as string, -60)],
  ])('with a bit turned in %s is damaged', (_, harm) => {
    const parts = fresh();
    harm(parts);
    expect(checkLevelDb(parts.idb).ok).toBe(false);
    expect(checkStructure(profile).checks.filter(({ ok }) => !ok)).toHaveLength(1);
  });

  test('cut off in its log is whole, wherever it was cut', () => {
    const { idb, log } = fresh();
    const size = statSync(log).size;
    for (let length = size - 1; length > size - 700; length -= 3) {
      truncateSync(log, length);
      expect(checkLevelDb(idb)).toMatchObject({ ok: true });
    }
    truncateSync(log, 0);
    expect(checkLevelDb(idb)).toMatchObject({ ok: true });
  });

  test('with random changes is an answer', () => {
    const { idb, log, manifest, tables } = fresh();
    const files = [log, manifest, tables[0] as string].map((path) => ({ path, whole: readFileSync(path) }));
    const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...files), changes, fc.double({ min: 0, max: 1, noNaN: true }), (file, list, cut) => {
        const harmed = Buffer.from(file.whole.subarray(0, Math.ceil(file.whole.length * Math.min(1, cut * 1.5))));
        for (const [at, byte] of list) harmed[Math.floor(at * (harmed.length - 1))] = byte;
        writeFileSync(file.path, harmed);
        expect(typeof checkLevelDb(idb).ok).toBe('boolean');
        writeFileSync(file.path, file.whole);
      }),
      { numRuns: 60 },
    );
    expect(checkLevelDb(idb).ok).toBe(true);
  });

  /** Runs the browser twice; the second opening is the one that meets what the first wrote behind a torn record. */
  async function runTwice(): Promise<{ rows: number; value: string | null }> {
    {
      await using page = await StorePage.open(profile, server);
      for (let row = 0; row < 20; row++) await page.put(2_000 + row, 1, 300);
      await page.remember('later', 'kept');
    }
    await using page = await StorePage.open(profile, server);
    return { rows: await page.count(), value: await page.remembered('later') };
  }

  test.each<[string, (log: string) => void]>([
    ['the head of a record', (log) => appendFileSync(log, Buffer.from([1, 2, 3, 4, 60, 0, 1]))],
    ['a part of a head', (log) => appendFileSync(log, Buffer.from([1, 2, 3]))],
    ['zeroes', (log) => appendFileSync(log, Buffer.alloc(5_000))],
    ['a record without its end', (log) => truncateSync(log, statSync(log).size - 1)],
  ])('torn (%s) and repaired keeps everything, also what is written afterwards', async (_, tear) => {
    const { idb, log } = fresh();
    tear(log);
    appendFileSync(join(profile, LOCAL_STORAGE, '000003.log'), Buffer.from([1, 2, 3, 4, 60, 0, 1]));
    expect(repairLevelDb(idb)).toHaveLength(1);
    expect(repairLevelDb(join(profile, LOCAL_STORAGE))).toHaveLength(1);
    expect(await runTwice()).toEqual({ rows: 720, value: 'kept' });
    expect(checkStructure(profile).checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  test('torn and not repaired is lost: the reason why it is repaired', async () => {
    const { log } = fresh();
    appendFileSync(log, Buffer.from([1, 2, 3, 4, 60, 0, 1]));
    expect(checkStructure(profile).ok).toBe(true);
    expect((await runTwice()).rows).toBe(0);
  });

  test('torn in its MANIFEST and repaired keeps everything', async () => {
    const { idb, manifest } = fresh();
    appendFileSync(manifest, Buffer.from([1, 2, 3, 4, 60, 0, 1]));
    expect(repairLevelDb(idb)).toHaveLength(1);
    expect(await runTwice()).toMatchObject({ rows: 720 });
  });
});
