import { damagedObject, EXPORT } from './failures.ts';

/** What a piece of an export is. */
export type FrameType = 'K' | 'C' | 'R';

export interface Frame {
  type: FrameType;
  body: Buffer;
}

const HEADER_BYTES = 5;

/** A type, a length, and the body. */
export function frameHeader(type: FrameType, length: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(type, 0, 'latin1');
  header.writeUInt32BE(length, 1);
  return header;
}

/** The frames of a stream of bytes; none is taken into memory that is larger than its type may be. */
export async function* readFrames(
  stream: AsyncIterable<Uint8Array>,
  limits: Readonly<Record<FrameType, number>>,
): AsyncGenerator<Frame> {
  let parts: Buffer[] = [];
  let have = 0;
  let wanted: { type: FrameType; length: number } | null = null;
  for await (const part of stream) {
    if (part.length === 0) continue;
    parts.push(Buffer.from(part.buffer, part.byteOffset, part.length));
    have += part.length;
    while (have >= (wanted === null ? HEADER_BYTES : wanted.length)) {
      const joined = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
      const end: number = wanted === null ? HEADER_BYTES : wanted.length;
      const body = joined.subarray(0, end);
      parts = [joined.subarray(end)];
      have -= end;
      if (wanted === null) wanted = readHeader(body, limits);
      else {
        yield { type: wanted.type, body };
        wanted = null;
      }
    }
  }
  if (have > 0 || wanted !== null) throw damagedObject(EXPORT, 'it ends in the middle');
}

function readHeader(header: Buffer, limits: Readonly<Record<FrameType, number>>): { type: FrameType; length: number } {
  const type = header.toString('latin1', 0, 1);
  const length = header.readUInt32BE(1);
  if (type !== 'K' && type !== 'C' && type !== 'R') throw damagedObject(EXPORT, 'it is no export of a snapshot');
  if (length > limits[type]) throw damagedObject(EXPORT, 'a part of it is larger than any');
  return { type, length };
}
