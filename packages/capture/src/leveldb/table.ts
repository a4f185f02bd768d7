import { crc32c, unmask } from './crc32c.ts';
import { Cursor } from './cursor.ts';
import { Damaged } from './damaged.ts';
import type { RandomAccess } from './random-access.ts';

const FOOTER = 48;
const MAGIC = 0xdb4775248b80fb57n;
/** Behind each block: how it is compressed (1), its checksum (4). */
const TRAILER = 5;
const ZSTD = 2;
const PIECE = 65_536;

/**
 * Whether a table would open: footer, and the checksums of the index and of the index of its other blocks. The data is
 * not read: it was written once and is never changed, and a table that lost its end has no footer.
 *
 * @throws Damaged
 */
export function checkTable(file: RandomAccess): void {
  const footer = file.read(Buffer.alloc(FOOTER), Math.max(0, file.size - FOOTER));
  if (footer.length < FOOTER || footer.readBigUInt64LE(FOOTER - 8) !== MAGIC) throw new Damaged('has no footer');
  const cursor = new Cursor(footer);
  checkBlock(file, cursor.varint(), cursor.varint());
  checkBlock(file, cursor.varint(), cursor.varint());
}

function checkBlock(file: RandomAccess, offset: number, size: number): void {
  if (offset + size + TRAILER > file.size - FOOTER) throw new Damaged('has a footer that points beyond its end');
  const trailer = file.read(Buffer.alloc(TRAILER), offset + size);
  if ((trailer[0] as number) > ZSTD) throw new Damaged('has an index that is compressed in no known way');
  const buffer = Buffer.allocUnsafe(Math.min(PIECE, size));
  let crc = 0;
  for (let at = 0; at < size; at += PIECE) {
    crc = crc32c(file.read(buffer.subarray(0, Math.min(PIECE, size - at)), offset + at), crc);
  }
  if (crc32c(trailer.subarray(0, 1), crc) !== unmask(trailer.readUInt32LE(1))) {
    throw new Damaged('has an index whose checksum does not hold');
  }
}
