import { crc32c, unmask } from './crc32c.ts';
import { Damaged } from './damaged.ts';
import type { RandomAccess } from './random-access.ts';

/** The log format: blocks of 32 KiB; in them fragments `crc32c(4) length(2) type(1) data`, none across a block's end. */
const BLOCK = 32_768;
const HEADER = 7;
const FULL = 1;
const FIRST = 2;
const LAST = 4;

interface Fragment {
  at: number;
  type: number;
  /** Valid until the next fragment is asked for. */
  data: Buffer;
}

interface Ending {
  /** Where the last whole fragment ends. */
  at: number;
  /** The rest is zeroes: space that the disk gave and nothing was written to. */
  zeroes: boolean;
}

/** What a log holds. */
export interface LogContent {
  records: number;
  /** Where the last whole record ends, in bytes. */
  whole: number;
  /** Bytes behind it that are no whole record, as a kill or a power cut leaves them. */
  torn: number;
}

/**
 * Reads a log or a MANIFEST from end to end in constant memory, but for `onRecord`, which gets each whole record.
 * The judgement is LevelDB's own under `paranoid_checks`, which IndexedDB sets; beyond it, a whole record behind a torn
 * one, or anything behind zeroes, is damage too: LevelDB would pass over it in silence, and lose it.
 *
 * @throws Damaged
 */
export function readLog(file: RandomAccess, onRecord?: (record: Buffer) => void): LogContent {
  let records = 0;
  let open: { at: number; length: number; parts: Buffer[] } | null = null;
  const reader = fragments(file);
  let step = reader.next();
  for (; step.done !== true; step = reader.next()) {
    const { at, type, data } = step.value;
    const starts = type === FULL || type === FIRST;
    // An empty FIRST before a new record is what an early LevelDB wrote at the end of a block.
    if (starts && open !== null && open.length > 0) throw new Damaged(`the record at byte ${open.at} has no end`);
    if (!starts && open === null) throw new Damaged(`the record at byte ${at} has no beginning`);
    if (starts || open === null) open = { at, length: 0, parts: [] };
    open.length += data.length;
    if (onRecord !== undefined) open.parts.push(Buffer.from(data));
    if (type !== FULL && type !== LAST) continue;
    records += 1;
    onRecord?.(Buffer.concat(open.parts));
    open = null;
  }
  const { at, zeroes } = step.value;
  if (zeroes && open !== null) throw new Damaged(`the record at byte ${open.at} goes over into zeroes`);
  const whole = open?.at ?? at;
  return { records, whole, torn: file.size - whole };
}

function* fragments(file: RandomAccess): Generator<Fragment, Ending, undefined> {
  const buffer = Buffer.allocUnsafe(BLOCK);
  for (let start = 0; start < file.size; start += BLOCK) {
    const block = file.read(buffer, start);
    const isLast = block.length < BLOCK;
    let at = 0;
    while (block.length - at >= HEADER) {
      const end = at + HEADER + block.readUInt16LE(at + 4);
      if (end > block.length) {
        if (!isLast) throw new Damaged(`the record at byte ${start + at} is longer than its block`);
        if (holdsRecord(block.subarray(at + 1)))
          throw new Damaged(`the record at byte ${start + at} is cut off, and more follow`);
        return { at: start + at, zeroes: false };
      }
      const type = block[at + 6] as number;
      if (type === 0 && end === at + HEADER) {
        if (!isZero(file, start + at)) throw new Damaged(`no record at byte ${start + at}, and more behind it`);
        return { at: start + at, zeroes: true };
      }
      if (!checksumHolds(block, at, end)) throw new Damaged(`the checksum at byte ${start + at} does not hold`);
      if (type < FULL || type > LAST) throw new Damaged(`the record at byte ${start + at} is of no known type`);
      yield { at: start + at, type, data: block.subarray(at + HEADER, end) };
      at = end;
    }
    // Fewer bytes than a header are filling, unless they are all that was written of one.
    if (isLast) return { at: start + at, zeroes: false };
  }
  return { at: file.size, zeroes: false };
}

function checksumHolds(block: Buffer, at: number, end: number): boolean {
  return crc32c(block.subarray(at + 6, end)) === unmask(block.readUInt32LE(at));
}

/** Whether some whole record is in these bytes. What is left of a single torn record holds none. */
function holdsRecord(bytes: Buffer): boolean {
  for (let at = 0; at + HEADER < bytes.length; at++) {
    const type = bytes[at + 6] as number;
    if (type < FULL || type > LAST) continue;
    const length = bytes.readUInt16LE(at + 4);
    const end = at + HEADER + length;
    if (length > 0 && end <= bytes.length && checksumHolds(bytes, at, end)) return true;
  }
  return false;
}

function isZero(file: RandomAccess, from: number): boolean {
  const buffer = Buffer.allocUnsafe(BLOCK);
  for (let at = from; at < file.size; at += BLOCK) if (file.read(buffer, at).some((byte) => byte !== 0)) return false;
  return true;
}
