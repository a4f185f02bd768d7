import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE_BYTES = 8;
/** Length and type before the data of a chunk, its checksum behind it. */
const AROUND = { head: 8, tail: 4 };

interface Chunk {
  type: string;
  data: Buffer;
}

/** The same picture in fewer bytes: packed as well as zlib can, and without what says how it was made. */
export function pack(png: Buffer): Buffer {
  const chunks = chunksOf(png);
  const rows = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
  const kept = chunks.filter(({ type }) => type === 'IHDR' || type === 'PLTE' || type === 'tRNS');
  const packed = [...kept, { type: 'IDAT', data: deflateSync(rows, { level: 9, memLevel: 9 }) }];
  const all = [...packed, { type: 'IEND', data: Buffer.alloc(0) }];
  return Buffer.concat([png.subarray(0, SIGNATURE_BYTES), ...all.map(written)]);
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  let at = SIGNATURE_BYTES;
  while (at < png.length) {
    const length = png.readUInt32BE(at);
    const data = png.subarray(at + AROUND.head, at + AROUND.head + length);
    chunks.push({ type: png.toString('latin1', at + 4, at + AROUND.head), data });
    at += AROUND.head + length + AROUND.tail;
  }
  return chunks;
}

function written({ type, data }: Chunk): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
