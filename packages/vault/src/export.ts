import { randomBytes } from 'node:crypto';
import type { ChunkReader } from './chunk-reader.ts';
import { damagedObject, damagedSnapshot, EXPORT } from './failures.ts';
import { CHUNK_BYTES, type ChunkFacts, identify, sealChunk } from './format/chunk.ts';
import { parseJson } from './format/codec.ts';
import { headerLine, sealEnvelope, splitEnvelope } from './format/envelope.ts';
import { type ChainRecord, decodeRecord, encodeRecord, MAX_RECORD_BYTES, type SnapshotInfo } from './format/record.ts';
import { KEY_BYTES, unseal } from './format/seal.ts';
import { type SessionKeys, sessionKeys } from './format/session-keys.ts';
import { chunksOf, type TreeEntry } from './format/tree.ts';
import { type FrameType, frameHeader } from './frames.ts';
import { keyBody } from './key-objects.ts';
import type { MasterKey } from './master-key.ts';
import { release } from './release.ts';
import type { ReadProgress } from './verify.ts';

export interface ExportOptions {
  /** Seals the file; the vault's own master key unless it is given. */
  key?: MasterKey;
  /** Seals the file instead of a key: only a reader who knows it can open the file. */
  passphrase?: string;
  /** Put over what the snapshot says of itself beside its files (`extra`): what is known better now. */
  extra?: Readonly<Record<string, unknown>>;
  signal?: AbortSignal;
  onProgress?: (progress: ReadProgress) => void;
}

/** Id, plain length and codec before the seal. */
const FACTS_BYTES = 32 + 4 + 1;
/** No part of an export is larger. */
export const FRAME_LIMITS: Readonly<Record<FrameType, number>> = {
  K: 4096,
  C: CHUNK_BYTES + 4096,
  R: MAX_RECORD_BYTES,
};

/**
 * A snapshot as one file: its key (made for this file, wrapped by a master key), every chunk once, and at last the
 * manifest. Neither the session's key nor the master key alone can read it.
 */
export async function* exportSnapshot(
  from: { name: string; manifest: ChainRecord; info: SnapshotInfo; reader: ChunkReader },
  master: MasterKey,
  options: ExportOptions,
): AsyncGenerator<Buffer> {
  const { signal, onProgress } = options;
  const { name, manifest, info, reader } = from;
  const [vault, session, secret] = [randomBytes(16), randomBytes(16), randomBytes(KEY_BYTES)].map((b) =>
    b.toString('hex'),
  );
  if (vault === undefined || session === undefined || secret === undefined) return;
  const keys = sessionKeys(vault, session, Buffer.from(secret, 'hex'));
  const header = headerLine('export', vault, session, master.id);
  const key = sealEnvelope(master.wrap, header, Buffer.from(JSON.stringify({ name, session, secret })));
  yield* frame('K', [key]);

  const ids = new Map<string, string>();
  const entries = manifest.entries ?? [];
  const all = chunksOf(entries);
  const progress = { files: 0, bytes: 0, totalBytes: info.bytes };
  for (const wanted of reader.scattered(all)) {
    signal?.throwIfAborted();
    for (const chunk of await reader.read(wanted, signal)) {
      if (!('plain' in chunk)) throw damagedSnapshot(info.id, `${chunk.object}: ${chunk.problem}`, [chunk.object]);
      const id = await identify(keys, chunk.plain);
      ids.set(chunk.id, id);
      const sealed = await sealChunk(keys, id, chunk.plain);
      progress.bytes += chunk.plain.length;
      release(chunk.plain);
      yield* frame('C', [writeFacts(sealed), ...sealed.pieces]);
      onProgress?.({ ...progress });
    }
  }
  const renamed = entries.map((entry): TreeEntry => {
    if (entry.kind !== 'file') return entry;
    // What identified a file here means nothing elsewhere.
    const { identity: _, ...rest } = entry;
    return { ...rest, chunks: entry.chunks.map((id) => ids.get(id) ?? id) };
  });
  const record: ChainRecord = {
    ...manifest,
    sequence: 1,
    previous: null,
    live: [{ ...info, extra: { ...info.extra, ...options.extra } }],
    packs: [],
    dropped: [],
    damaged: [],
    entries: renamed,
  };
  yield* frame('R', [await encodeRecord(keys, record)]);
}

/** Opens the first frame: the keys of the file, and the session it came from. */
export function openExportKey(body: Buffer, masters: readonly MasterKey[]): { name: string; keys: SessionKeys } | null {
  const { line, sealed } = splitEnvelope(EXPORT, body);
  const match = /^\S+ export ([0-9a-f]{32}) ([0-9a-f]{32}) ([0-9a-f]{16})\n$/.exec(line);
  const [, vault, session, wrappedBy] = match ?? [];
  if (vault === undefined || session === undefined) throw damagedObject(EXPORT, 'it is no export of a snapshot');
  const master = masters.find(({ id }) => id === wrappedBy);
  if (master === undefined) return null;
  const plain = unseal(master.wrap, sealed, line);
  const parsed = plain === null ? null : keyBody.safeParse(parseJson(plain));
  if (parsed?.success !== true || parsed.data.session !== session) throw damagedObject(EXPORT, 'its key does not open');
  return { name: parsed.data.name, keys: sessionKeys(vault, session, Buffer.from(parsed.data.secret, 'hex')) };
}

export function readFacts(body: Buffer): { facts: ChunkFacts; sealed: Buffer } {
  if (body.length < FACTS_BYTES) throw damagedObject(EXPORT, 'a chunk of it is cut short');
  const sealed = body.subarray(FACTS_BYTES);
  const plain = body.readUInt32BE(32);
  const codec = body[36] === 1 ? 'zstd' : 'raw';
  if (plain > CHUNK_BYTES || (body[36] ?? 2) > 1) throw damagedObject(EXPORT, 'a chunk of it is of no known kind');
  return { facts: { id: body.toString('hex', 0, 32), stored: sealed.length, plain, codec }, sealed };
}

/** The manifest of an export. */
export function readExportRecord(keys: SessionKeys, body: Buffer): Promise<ChainRecord> {
  return decodeRecord(keys, EXPORT, 1, body);
}

function writeFacts({ id, plain, codec }: ChunkFacts): Buffer {
  const facts = Buffer.alloc(FACTS_BYTES);
  facts.write(id, 0, 'hex');
  facts.writeUInt32BE(plain, 32);
  facts[36] = codec === 'zstd' ? 1 : 0;
  return facts;
}

function* frame(type: FrameType, pieces: readonly Buffer[]): Generator<Buffer> {
  yield frameHeader(
    type,
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  );
  yield* pieces;
}
