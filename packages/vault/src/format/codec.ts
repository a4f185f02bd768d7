import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

const compress = promisify(zlib.zstdCompress);
const decompress = promisify(zlib.zstdDecompress);
const LEVEL_1 = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } };
/** Metadata is small and kept long. */
const LEVEL_6 = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 6 } };
/** The output grows in steps, each a turn through the thread pool; the default of 16 KiB would be many. */
const MIN_STEP = 1024;
const MAX_STEP = 256 * 1024;
/** JSON rarely shrinks to less than this share. */
const JSON_SHRINKS = 8;

/** Texts up to this cost less here than a turn through the thread pool. */
const TINY = 16 * 1024;
const SAMPLE_PIECES = 4;
const SAMPLE_PIECE = 4096;
/** Compression has to take off at least this share, or reading it back costs more than it saves. */
const WORTH = 0.95;
/** Chi-squared of 255 degrees: random bytes stay below 400 but once in a hundred million. Anything else is far above. */
const RANDOM_SPREAD = 400;

export type Codec = 'zstd' | 'raw';

/** Media are compressed already: a sample tells, at a hundredth of the price. */
export async function encode(plain: Buffer): Promise<{ codec: Codec; data: Buffer }> {
  if (plain.length === 0 || !sampleShrinks(plain)) return { codec: 'raw', data: plain };
  const data =
    plain.length <= TINY
      ? zlib.zstdCompressSync(plain, LEVEL_1)
      : await compress(plain, { ...LEVEL_1, chunkSize: step(plain.length) });
  return data.length < plain.length * WORTH ? { codec: 'zstd', data } : { codec: 'raw', data: plain };
}

/** The plain bytes, or null when they are not exactly `length`. Never grows beyond that. */
export async function decode(codec: Codec, data: Buffer, length: number): Promise<Buffer | null> {
  if (codec === 'raw') return data.length === length ? data : null;
  const plain = await inflate(data, length, length);
  return plain?.length === length ? plain : null;
}

/** JSON as it is kept in records and indexes. */
export async function packJson(value: unknown): Promise<{ data: Buffer; rawBytes: number }> {
  const raw = Buffer.from(JSON.stringify(value));
  return { data: await compress(raw, { ...LEVEL_6, chunkSize: step(raw.length) }), rawBytes: raw.length };
}

/** The value, or undefined when it is no compressed JSON, or larger than allowed. */
export async function unpackJson(data: Buffer, maxBytes: number): Promise<unknown> {
  const raw = await inflate(data, maxBytes, step(data.length * JSON_SHRINKS));
  if (raw === null) return undefined;
  return parseJson(raw);
}

export function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}

function step(bytes: number): number {
  return Math.max(MIN_STEP, Math.min(bytes, MAX_STEP));
}

async function inflate(data: Buffer, maxBytes: number, chunkSize: number): Promise<Buffer | null> {
  const options = { maxOutputLength: Math.max(1, maxBytes), chunkSize: Math.max(MIN_STEP, chunkSize) };
  try {
    return data.length <= TINY ? zlib.zstdDecompressSync(data, options) : await decompress(data, options);
  } catch {
    return null;
  }
}

function sampleShrinks(plain: Buffer): boolean {
  if (plain.length <= TINY) return true;
  const step = Math.floor((plain.length - SAMPLE_PIECE) / (SAMPLE_PIECES - 1));
  const pieces = Array.from({ length: SAMPLE_PIECES }, (_, i) => plain.subarray(i * step, i * step + SAMPLE_PIECE));
  const sample = Buffer.concat(pieces);
  if (looksRandom(sample)) return false;
  return zlib.zstdCompressSync(sample, LEVEL_1).length < sample.length * WORTH;
}

/** Every byte value comes about as often as any other: a count tells, at a tenth of the price of compressing it. */
function looksRandom(sample: Buffer): boolean {
  const counts = new Uint32Array(256);
  for (let at = 0; at < sample.length; at++) (counts[sample[at] as number] as number)++;
  const mean = sample.length / counts.length;
  let spread = 0;
  for (const count of counts) spread += (count - mean) ** 2 / mean;
  return spread < RANDOM_SPREAD;
}
