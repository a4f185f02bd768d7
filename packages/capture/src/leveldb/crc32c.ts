/** CRC-32C (Castagnoli). Node's `zlib.crc32` is the other polynomial. Eight bytes a step, so that a store costs milliseconds. */
const POLYNOMIAL = 0x82f63b78;
const TABLES = makeTables();

function makeTables(): Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
  const tables = [first];
  for (let n = 1; n < 8; n++) {
    const previous = tables[n - 1] as Int32Array;
    tables.push(previous.map((crc) => (crc >>> 8) ^ (first[crc & 0xff] as number)));
  }
  return tables;
}

const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/** The checksum of some bytes; `crc` is that of what came before them. Unsigned, 32 bits. */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  let state = ~crc;
  let at = 0;
  // Within the loop every index is below the length, and every table has 256 entries.
  const b = bytes as ArrayLike<number> as number[];
  for (const end = bytes.length - 7; at < end; at += 8) {
    state ^=
      (b[at] as number) | ((b[at + 1] as number) << 8) | ((b[at + 2] as number) << 16) | ((b[at + 3] as number) << 24);
    state =
      (T7[state & 0xff] as number) ^
      (T6[(state >>> 8) & 0xff] as number) ^
      (T5[(state >>> 16) & 0xff] as number) ^
      (T4[state >>> 24] as number) ^
      (T3[b[at + 4] as number] as number) ^
      (T2[b[at + 5] as number] as number) ^
      (T1[b[at + 6] as number] as number) ^
      (T0[b[at + 7] as number] as number);
  }
  for (; at < bytes.length; at++) state = (state >>> 8) ^ (T0[(state ^ (b[at] as number)) & 0xff] as number);
  return ~state >>> 0;
}

/** LevelDB keeps checksums turned and shifted, so that a checksum of data that holds checksums stays good. */
export function unmask(stored: number): number {
  const turned = (stored - 0xa282ead8) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
}
