import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lastSequence } from '../src/leveldb/sequence.ts';
import { writeEdit, writeLog } from './leveldb-writer.ts';

/** A batch of so many changes from a number on. */
function batch(first: number, count: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(first));
  head.writeUInt32LE(count, 8);
  return Buffer.concat([head, Buffer.alloc(count * 3, 1)]);
}

function database(inManifest: number, batches: readonly Buffer[], tail: Buffer = Buffer.alloc(0)): string {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-sequence-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-000001\n');
  writeFileSync(join(folder, 'MANIFEST-000001'), writeLog([writeEdit({ log: 3, next: 4, sequence: inManifest })]));
  writeFileSync(join(folder, '000003.log'), Buffer.concat([writeLog(batches), tail]));
  return folder;
}

describe('the last change of a LevelDB', () => {
  test('is the last one of its last batch, else what the MANIFEST says', () => {
    expect(lastSequence(database(7, []))).toBe(7);
    expect(lastSequence(database(7, [batch(8, 1), batch(9, 5)]))).toBe(13);
    expect(lastSequence(database(2 ** 40, [batch(2 ** 40 + 1, 2)]))).toBe(2 ** 40 + 2);
  });

  test('counts up by exactly the changes that were written, over many blocks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { maxLength: 12 }), (counts) => {
        let next = 5;
        const batches = counts.map((count) => {
          next += count;
          return batch(next - count, count);
        });
        expect(lastSequence(database(4, batches))).toBe(next - 1);
      }),
      { numRuns: 30 },
    );
  });

  test('does not count what was not finished', () => {
    const torn = writeLog([batch(9, 4)]).subarray(0, 20);
    expect(lastSequence(database(7, [batch(8, 1)], torn))).toBe(8);
  });

  test('is not guessed at: what is damaged or missing is an error', () => {
    expect(() => lastSequence(database(7, [Buffer.from('short')]))).toThrow('no batch');
    const folder = database(7, []);
    writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-000009\n');
    expect(() => lastSequence(folder)).toThrow('missing');
  });
});
