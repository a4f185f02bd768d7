import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c } from '../src/leveldb/crc32c.ts';

/** Writes what LevelDB writes, for tests that want to know every byte of it. */

const BLOCK = 32_768;

function masked(crc: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return bytes;
}

function fragment(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(3);
  head.writeUInt16LE(data.length);
  head[2] = type;
  return Buffer.concat([masked(crc32c(data, crc32c(head.subarray(2)))), head, data]);
}

export function writeLog(records: readonly Buffer[]): Buffer {
  const out: Buffer[] = [];
  let used = 0;
  for (const record of records) {
    let at = 0;
    for (let first = true; first || at < record.length; first = false) {
      if (BLOCK - used < 7) {
        out.push(Buffer.alloc(BLOCK - used));
        used = 0;
      }
      const room = Math.min(BLOCK - used - 7, record.length - at);
      const last = at + room === record.length;
      out.push(fragment(first ? (last ? 1 : 2) : last ? 4 : 3, record.subarray(at, at + room)));
      at += room;
      used = (used + 7 + room) % BLOCK;
      if (last) break;
    }
  }
  return Buffer.concat(out);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) + 0x80);
  return Buffer.from([...bytes, value]);
}

function text(value: string): Buffer {
  return Buffer.concat([varint(value.length), Buffer.from(value, 'latin1')]);
}

export interface Edit {
  comparator?: string;
  log?: number;
  previousLog?: number;
  next?: number;
  sequence?: number;
  deleted?: [level: number, number: number][];
  added?: [level: number, number: number, size: number][];
}

export function writeEdit(edit: Edit): Buffer {
  const out: Buffer[] = [];
  if (edit.comparator !== undefined) out.push(varint(1), text(edit.comparator));
  if (edit.log !== undefined) out.push(varint(2), varint(edit.log));
  if (edit.previousLog !== undefined) out.push(varint(9), varint(edit.previousLog));
  if (edit.next !== undefined) out.push(varint(3), varint(edit.next));
  if (edit.sequence !== undefined) out.push(varint(4), varint(edit.sequence));
  out.push(varint(5), varint(1), text('compact pointer'));
  for (const [level, number] of edit.deleted ?? []) out.push(varint(6), varint(level), varint(number));
  for (const [level, number, size] of edit.added ?? [])
    out.push(varint(7), varint(level), varint(number), varint(size), text('first.......'), text('last.......'));
  return Buffer.concat(out);
}

function block(data: Buffer): Buffer {
  const type = Buffer.alloc(1);
  return Buffer.concat([data, type, masked(crc32c(type, crc32c(data)))]);
}

/** A table of one block, with an index; the content of its blocks does not matter here. */
function writeTable(): Buffer {
  const blocks = ['data', 'metaindex', 'index'].map((name) => block(Buffer.from(name.repeat(20))));
  const [data, metaindex, index] = blocks.map(({ length }) => length) as [number, number, number];
  const handles = [varint(data), varint(metaindex - 5), varint(data + metaindex), varint(index - 5)];
  const footer = Buffer.alloc(48);
  Buffer.concat(handles).copy(footer);
  footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40);
  return Buffer.concat([...blocks, footer]);
}

/** A folder with one table, which an edit replaced another by, and one log of three records. */
export function writeFolder(folder: string): void {
  const table = writeTable();
  mkdirSync(folder, { recursive: true });
  const put = (name: string, bytes: Buffer | string): void => writeFileSync(join(folder, name), bytes);
  const edits: Edit[] = [
    { comparator: 'idb_cmp1', log: 0, next: 2, sequence: 0 },
    { log: 6, previousLog: 0, next: 7, sequence: 40, added: [[0, 5, 999]] },
    { next: 8, sequence: 40, deleted: [[0, 5]], added: [[1, 7, table.length]] },
  ];
  put('MANIFEST-000001', writeLog(edits.map(writeEdit)));
  put('CURRENT', 'MANIFEST-000001\n');
  put('000007.ldb', table);
  put('000006.log', writeLog([20, 40_000, 30].map((length) => Buffer.alloc(length, 'record'))));
  // Left from before, and deleted at the next opening.
  put('000003.log', 'an old log');
  put('000005.ldb', 'an old table');
}
