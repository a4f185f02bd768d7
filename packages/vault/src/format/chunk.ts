import { hash, webcrypto } from 'node:crypto';
import { release } from '../release.ts';
import { type Codec, decode, encode } from './codec.ts';
import { seal, unseal } from './seal.ts';
import { chunkId, type SessionKeys } from './session-keys.ts';
import { FORMAT } from './version.ts';

/** Files are cut at multiples of this. */
export const CHUNK_BYTES = 1024 * 1024;
/** Below this a hash costs less here than a turn through the thread pool. */
const HASH_HERE = 512 * 1024;

/** What an index says of a chunk. */
export interface ChunkFacts {
  id: string;
  /** Bytes of its seal in the pack. */
  stored: number;
  /** Bytes of its plain text. */
  plain: number;
  codec: Codec;
}

export interface SealedChunk extends ChunkFacts {
  pieces: Buffer[];
}

export async function identify(keys: SessionKeys, plain: Buffer): Promise<string> {
  return chunkId(keys, await sha256(plain));
}

export async function sealChunk(keys: SessionKeys, id: string, plain: Buffer): Promise<SealedChunk> {
  const { codec, data } = await encode(plain);
  const pieces = seal(keys.chunks, data, boundTo(keys, { id, plain: plain.length, codec }));
  if (data !== plain) release(data);
  const stored = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return { id, stored, plain: plain.length, codec, pieces };
}

/** The plain bytes, or what is wrong with them: seal, length and id are all checked. */
export async function openChunk(keys: SessionKeys, facts: ChunkFacts, sealed: Buffer): Promise<Buffer | string> {
  if (sealed.length !== facts.stored) return 'it is cut short';
  const data = unseal(keys.chunks, sealed, boundTo(keys, facts));
  if (data === null) return 'its seal does not hold';
  const plain = await decode(facts.codec, data, facts.plain);
  if (data !== plain) release(data);
  if (plain === null) return 'it does not unpack to its length';
  return (await identify(keys, plain)) === facts.id ? plain : 'its bytes are not those of its id';
}

async function sha256(plain: Buffer): Promise<Buffer> {
  if (plain.length < HASH_HERE) return hash('sha256', plain, 'buffer');
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', plain as Uint8Array<ArrayBuffer>));
}

function boundTo(keys: SessionKeys, facts: { id: string; plain: number; codec: Codec }): string {
  return `${FORMAT} chunk ${keys.vault} ${keys.session} ${facts.id} ${facts.plain} ${facts.codec}`;
}
