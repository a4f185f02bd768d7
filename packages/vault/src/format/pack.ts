import { z } from 'zod';
import { damagedObject } from '../failures.ts';
import { release } from '../release.ts';
import { CHUNK_BYTES, type ChunkFacts, type SealedChunk } from './chunk.ts';
import { packJson, unpackJson } from './codec.ts';
import { headerLine, openEnvelope, sealEnvelope } from './envelope.ts';
import { SEAL_BYTES } from './seal.ts';
import type { SessionKeys } from './session-keys.ts';

/** A pack is closed when it holds this much: it is built in memory. */
export const PACK_BYTES = 8 * 1024 * 1024;
const MAGIC = Buffer.from('LMPACK/1');
export const TRAILER_BYTES = 4 + MAGIC.length;
const MAX_INDEX_BYTES = 64 * 1024 * 1024;

/** Where a chunk lies. */
export interface ChunkPlace extends ChunkFacts {
  pack: string;
  offset: number;
}

const indexSchema = z.object({
  chunks: z.array(
    z.tuple([
      z.string().regex(/^[0-9a-f]{64}$/),
      z.int().min(SEAL_BYTES),
      z.int().min(0).max(CHUNK_BYTES),
      z.enum(['zstd', 'raw']),
    ]),
  ),
});

/** What comes after the chunks of a pack: the sealed index and the trailer. */
export async function packTail(keys: SessionKeys, pack: string, chunks: readonly ChunkFacts[]): Promise<Buffer> {
  const { data } = await packJson({ chunks: chunks.map((c) => [c.id, c.stored, c.plain, c.codec]) });
  const envelope = sealEnvelope(keys.index, indexHeader(keys, pack), data);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(envelope.length);
  return Buffer.concat([envelope, length, MAGIC]);
}

/** The bytes of the index envelope, which lies before the trailer, as the trailer says. */
export function readTrailer(object: string, packBytes: number, trailer: Buffer): number {
  if (trailer.length !== TRAILER_BYTES || !trailer.subarray(4).equals(MAGIC)) {
    throw damagedObject(object, 'it does not end as a pack does');
  }
  const length = trailer.readUInt32BE(0);
  if (length > packBytes - TRAILER_BYTES || length > MAX_INDEX_BYTES) {
    throw damagedObject(object, 'its index is larger than the pack');
  }
  return length;
}

/** The chunks of a pack, proven to fill it from its first byte to its index. */
export async function readIndex(
  keys: SessionKeys,
  object: string,
  pack: { id: string; bytes: number },
  envelope: Buffer,
): Promise<ChunkPlace[]> {
  const data = openEnvelope(object, keys.index, indexHeader(keys, pack.id), envelope);
  const parsed = indexSchema.safeParse(await unpackJson(data, MAX_INDEX_BYTES));
  if (!parsed.success) throw damagedObject(object, 'its index cannot be read', parsed.error);
  let offset = 0;
  const places = parsed.data.chunks.map(([id, stored, plain, codec]): ChunkPlace => {
    const place = { id, stored, plain, codec, pack: pack.id, offset };
    offset += stored;
    return place;
  });
  if (offset + envelope.length + TRAILER_BYTES !== pack.bytes) {
    throw damagedObject(object, 'its chunks do not add up to its size');
  }
  return places;
}

/** A pack as it grows in memory, in one piece: chunks come in any size, and give their memory back at once. */
export class PackBuilder {
  readonly chunks: ChunkFacts[] = [];
  readonly memory: Buffer;
  bytes = 0;

  /** In memory of an earlier pack that is stored by now, or in new. */
  constructor(memory?: Buffer) {
    // Large enough for the chunk that fills it.
    this.memory = memory ?? Buffer.allocUnsafeSlow(PACK_BYTES + CHUNK_BYTES + SEAL_BYTES);
  }

  add(chunk: SealedChunk): void {
    const { id, stored, plain, codec, pieces } = chunk;
    this.chunks.push({ id, stored, plain, codec });
    for (const piece of pieces) {
      this.bytes += piece.copy(this.memory, this.bytes);
      release(piece);
    }
  }
}

function indexHeader(keys: SessionKeys, pack: string): string {
  return headerLine('index', keys.vault, keys.session, pack);
}
