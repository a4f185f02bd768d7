import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkLevelDb } from '../src/leveldb/check.ts';
import { crc32c, unmask } from '../src/leveldb/crc32c.ts';
import { Damaged } from '../src/leveldb/damaged.ts';
import { readLog } from '../src/leveldb/log.ts';
import { RandomAccess } from '../src/leveldb/random-access.ts';
import { repairLevelDb } from '../src/leveldb/repair.ts';
import { writeEdit, writeFolder, writeLog } from './leveldb-writer.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'leadmaster-leveldb-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('CRC-32C', () => {
  test('gives the published values', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, at) => at)))).toBe(0x46dd794e);
    expect(unmask((((0x12345678 >>> 15) | (0x12345678 << 17)) + 0xa282ead8) >>> 0)).toBe(0x12345678);
  });

  test('is the same in pieces as at once', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, cut) => {
        expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes));
      }),
    );
  });
});

describe('a log', () => {
  /** What a reader sees in these bytes. */
  function read(bytes: Buffer): { records: number; whole: number; torn: number; seen: Buffer[] } {
    const path = join(dir, 'log');
    writeFileSync(path, bytes);
    using file = RandomAccess.open(path);
    const seen: Buffer[] = [];
    return { ...readLog(file, (record) => seen.push(record)), seen };
  }

  const lengths = fc.array(fc.oneof(fc.nat(300), fc.integer({ min: 32_700, max: 70_000 })), { maxLength: 8 });
  const recordsOf = (sizes: number[]): Buffer[] => sizes.map((size, at) => Buffer.alloc(size, `record ${at}`));

  test('is read as it was written, also where records cross the ends of its blocks', () => {
    fc.assert(
      fc.property(lengths, (sizes) => {
        const records = recordsOf(sizes);
        const { seen, torn } = read(writeLog(records));
        expect(torn).toBe(0);
        expect(seen.length).toBe(records.length);
        expect(seen.every((record, at) => record.equals(records[at] as Buffer))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('cut off anywhere is what was whole before, and a torn rest', () => {
    fc.assert(
      fc.property(lengths, fc.double({ min: 0, max: 1, noNaN: true }), (sizes, where) => {
        const records = recordsOf(sizes);
        const full = writeLog(records);
        const length = Math.floor(full.length * where);
        const { seen, whole, torn } = read(full.subarray(0, length));
        expect(whole + torn).toBe(length);
        expect(seen.every((record, at) => record.equals(records[at] as Buffer))).toBe(true);
        expect(read(full.subarray(0, whole))).toMatchObject({ records: seen.length, torn: 0 });
      }),
      { numRuns: 100 },
    );
  });

  test('cut off at every length of its last block is never called damaged', () => {
    const full = writeLog(recordsOf([40, 32_600, 90, 0, 50]));
    for (let length = 32_700; length <= full.length; length++) {
      expect(read(full.subarray(0, length)).whole).toBeLessThanOrEqual(length);
    }
  });

  test('with any bit turned is noticed: damaged, or its last record torn', () => {
    const full = writeLog(recordsOf([40, 200, 32_400, 500, 60]));
    const last = read(full).whole - 67;
    fc.assert(
      fc.property(fc.nat(full.length - 1), fc.nat(7), (at, bit) => {
        const harmed = Buffer.from(full);
        harmed[at] = (full[at] as number) ^ (1 << bit);
        try {
          const { torn, whole } = read(harmed);
          expect(torn).toBeGreaterThan(0);
          expect(whole).toBe(last);
          expect(at).toBeGreaterThanOrEqual(last);
        } catch (error) {
          if (!(error instanceof Damaged)) throw error;
        }
      }),
      { numRuns: 400 },
    );
  });

  test('may end in zeroes, but have nothing behind them', () => {
    const full = writeLog(recordsOf([40, 50]));
    expect(read(Buffer.concat([full, Buffer.alloc(100_000)]))).toMatchObject({ records: 2, torn: 100_000 });
    expect(() => read(Buffer.concat([full, Buffer.alloc(100), full]))).toThrow('more behind it');
    const split = writeLog(recordsOf([40_000]));
    expect(() => read(Buffer.concat([split.subarray(0, 32_768), Buffer.alloc(100)]))).toThrow('goes over into zeroes');
  });

  test('that continued behind a torn record is damaged, also where LevelDB would say nothing', () => {
    const torn = writeLog(recordsOf([40, 9_000])).subarray(0, 100);
    expect(() => read(Buffer.concat([torn, writeLog(recordsOf([60]))]))).toThrow('more follow');
  });

  test('of fragments in a wrong order is damaged', () => {
    const split = writeLog(recordsOf([70_000]));
    expect(() => read(split.subarray(32_768))).toThrow('has no beginning');
    expect(() => read(Buffer.concat([split.subarray(0, 32_768), split]))).toThrow('has no end');
  });

  test('of random bytes is an answer, in bounded time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), (bytes) => {
        try {
          read(Buffer.from(bytes));
        } catch (error) {
          if (!(error instanceof Damaged)) throw error;
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a folder', () => {
  const path = (name: string): string => join(dir, name);
  const verdict = (): string => {
    const { ok, detail } = checkLevelDb(dir);
    return `${ok}: ${detail}`;
  };
  beforeEach(() => writeFolder(dir));

  test('is whole as it was written', () => {
    expect(verdict()).toBe('true: 1 tables of 0.0 MB, 000006.log with 3 records');
  });

  test.each<[string, () => void, string]>([
    ['CURRENT missing', () => rmSync(path('CURRENT')), 'CURRENT is missing'],
    ['CURRENT empty', () => writeFileSync(path('CURRENT'), ''), 'does not name a MANIFEST'],
    ['CURRENT without its end', () => writeFileSync(path('CURRENT'), 'MANIFEST-000001'), 'does not name a MANIFEST'],
    ['CURRENT naming another file', () => writeFileSync(path('CURRENT'), '../../etc/passwd\n'), 'does not name'],
    ['CURRENT naming no file', () => writeFileSync(path('CURRENT'), 'MANIFEST-000009\n'), 'MANIFEST-000009 is missing'],
    ['MANIFEST empty', () => truncateSync(path('MANIFEST-000001')), 'is not complete'],
    ['a table missing', () => rmSync(path('000007.ldb')), 'the table 000007.ldb is missing'],
    ['a table cut off', () => truncateSync(path('000007.ldb'), 100), '000007.ldb: is of 100 bytes'],
    ['a table longer', () => appendFileSync(path('000007.ldb'), 'x'), '000007.ldb: is of'],
    ['the log missing', () => rmSync(path('000006.log')), 'the log 000006.log is missing'],
    [
      'a table that is a folder',
      () => {
        rmSync(path('000007.ldb'));
        mkdirSync(path('000007.ldb'));
      },
      '000007.ldb: is not a file',
    ],
    [
      'a log that is a link',
      () => {
        rmSync(path('000006.log'));
        symlinkSync('/dev/zero', path('000006.log'));
      },
      'ELOOP',
    ],
  ])('with %s is damaged', (_, harm, detail) => {
    harm();
    expect(verdict()).toMatch(/^false: /);
    expect(verdict()).toContain(detail);
  });

  test('with any byte of its MANIFEST, its log, or the end of its table changed is damaged', () => {
    for (const name of ['MANIFEST-000001', '000006.log', '000007.ldb']) {
      const whole = readFileSync(path(name));
      // The data of a table is not read; between the handles of a footer and its magic lies padding.
      const inert =
        name === '000007.ldb'
          ? [
              [0, 85],
              [whole.length - 42, whole.length - 8],
            ]
          : [];
      for (let at = 0; at < whole.length; at += name === '000006.log' ? 97 : 1) {
        if (inert.some(([from, to]) => at >= (from as number) && at < (to as number))) continue;
        const harmed = Buffer.from(whole);
        harmed[at] = (whole[at] as number) ^ 0x04;
        writeFileSync(path(name), harmed);
        const { ok, detail } = checkLevelDb(dir);
        expect(ok && !detail.includes('not finished'), `${name} at ${at}: ${detail}`).toBe(false);
      }
      writeFileSync(path(name), whole);
    }
  });

  test('needs no log that no MANIFEST has named, and an older name of a table will do', () => {
    writeFileSync(path('MANIFEST-000001'), writeLog([writeEdit({ log: 0, next: 2, sequence: 0 })]));
    rmSync(path('000006.log'));
    rmSync(path('000003.log'));
    expect(checkLevelDb(dir)).toMatchObject({ ok: true, empty: true });
    writeFolder(dir);
    writeFileSync(path('000007.sst'), readFileSync(path('000007.ldb')));
    rmSync(path('000007.ldb'));
    expect(verdict()).toMatch(/^true/);
  });

  test('refuses an edit with an unknown field or level', () => {
    const end = writeEdit({ log: 6, next: 8, sequence: 1 });
    for (const bad of [Buffer.from([8]), Buffer.from([6, 9, 1]), Buffer.from([2, 0x80]), Buffer.from([1, 50])]) {
      writeFileSync(path('MANIFEST-000001'), writeLog([end, bad]));
      expect(verdict()).toMatch(/^false: MANIFEST-000001: holds/);
    }
  });

  test('torn at its ends is whole, says so, and is repaired without losing a record', () => {
    const log = readFileSync(path('000006.log'));
    const manifest = readFileSync(path('MANIFEST-000001'));
    writeFileSync(path('000006.log'), Buffer.concat([log, log.subarray(0, 15)]));
    writeFileSync(path('MANIFEST-000001'), Buffer.concat([manifest, manifest.subarray(0, 3)]));
    expect(verdict()).toBe(
      'true: 1 tables of 0.0 MB, 000006.log with 3 records and 15 bytes of one that was not finished, MANIFEST-000001 and 3 bytes of one that was not finished',
    );
    expect(repairLevelDb(dir)).toEqual(['MANIFEST-000001', '000006.log']);
    expect(readFileSync(path('000006.log'))).toEqual(log);
    expect(readFileSync(path('MANIFEST-000001'))).toEqual(manifest);
    expect(repairLevelDb(dir)).toEqual([]);
  });

  test('is not repaired when it is damaged, or not there', () => {
    appendFileSync(path('000006.log'), 'abc');
    rmSync(path('000007.ldb'));
    const before = readFileSync(path('000006.log'));
    expect(repairLevelDb(dir)).toEqual([]);
    expect(readFileSync(path('000006.log'))).toEqual(before);
    expect(repairLevelDb(path('nowhere'))).toEqual([]);
  });

  test('of random bytes, or with random changes, is an answer', () => {
    const names = ['CURRENT', 'MANIFEST-000001', '000006.log', '000007.ldb'];
    const wholes = new Map(names.map((name) => [name, readFileSync(path(name))]));
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      byte: fc.integer({ min: 0, max: 255 }),
    });
    const harm = fc.oneof(
      fc.uint8Array({ maxLength: 500 }).map((bytes) => () => Buffer.from(bytes)),
      fc.array(change, { minLength: 1, maxLength: 20 }).map((changes) => (whole: Buffer) => {
        const harmed = Buffer.from(whole);
        for (const { at, byte } of changes) harmed[Math.floor(at * harmed.length)] = byte;
        return harmed;
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), harm, (name, apply) => {
        const whole = wholes.get(name) as Buffer;
        writeFileSync(path(name), apply(whole));
        expect(typeof checkLevelDb(dir).ok).toBe('boolean');
        writeFileSync(path(name), whole);
      }),
      { numRuns: 500 },
    );
    expect(verdict()).toMatch(/^true/);
  });
});
