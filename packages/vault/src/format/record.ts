import { LeadMasterError } from '@leadmaster/protocol';
import { z } from 'zod';
import { damagedObject } from '../failures.ts';
import { packJson, unpackJson } from './codec.ts';
import { headerLine, openEnvelope, sealEnvelope } from './envelope.ts';
import type { SessionKeys } from './session-keys.ts';
import { treeEntry } from './tree.ts';

/** Enough for some 200,000 files, and little enough to be held in memory. */
const MAX_RAW_BYTES = 64 * 1024 * 1024;
/** No record is larger than this when it is sealed. */
export const MAX_RECORD_BYTES = MAX_RAW_BYTES + 64 * 1024;
/** What a caller may add to a snapshot: it is repeated in every record while the snapshot lives. */
const MAX_EXTRA_BYTES = 16 * 1024;

/** How many records before the last one a record remembers. */
export const TRAIL = 32;

const sequence = z.int().min(1);
const packId = z.string().regex(/^[0-9a-f]{32}$/);
const recordId = z.string().regex(/^[1-9][0-9]*-[0-9a-f]{8}$/);

const snapshotInfo = z.object({
  id: recordId,
  sequence,
  kind: z.string(),
  at: z.iso.datetime(),
  /** Bytes of its files. */
  bytes: z.int(),
  files: z.int(),
  /** Bytes of chunks that the vault did not have before. */
  newBytes: z.int(),
  /** What those came to in the store, compressed and sealed. */
  storedBytes: z.int(),
  durationMs: z.number(),
  /** The caller's own: Chromium version, generation, pause, method, checks... */
  extra: z.record(z.string(), z.unknown()),
});

/** A snapshot, as lists show it. */
export type SnapshotInfo = z.infer<typeof snapshotInfo>;

/** The number in a record's id: snapshots were written in its order; their dates do not count. */
export function sequenceOf(id: string): number {
  return Number.parseInt(id, 10);
}

const recordSchema = z.object({
  id: recordId,
  sequence,
  previous: z.object({ sequence, id: recordId }).nullable(),
  /** The records before `previous`, the last of them last: who wrote behind whom, though superseded ones are removed. */
  trail: z.array(recordId).max(TRAIL).optional(),
  at: z.iso.datetime(),
  type: z.enum(['snapshot', 'forget', 'prune']),
  live: z.array(snapshotInfo),
  /** What may be relied on: a pack that no record names is on its way, or was left by a crash. */
  packs: z.array(z.object({ id: packId, bytes: z.int().min(1) })),
  /** Packs that were given up: deleted, or about to be. */
  dropped: z.array(z.object({ id: packId, at: z.iso.datetime() })),
  /** How many bytes the records of the live snapshots have, as far as it is known: not in those of earlier versions. */
  sizes: z.array(z.object({ sequence, bytes: z.int().min(1) })).optional(),
  /** Records that could not be read when this one was written. */
  damaged: z.array(sequence),
  entries: z.array(treeEntry).optional(),
});

/** One record of a session's chain: a full account of the session after it. */
export type ChainRecord = z.infer<typeof recordSchema>;

export async function encodeRecord(keys: SessionKeys, record: ChainRecord): Promise<Buffer> {
  const { data, rawBytes } = await packJson(record);
  if (rawBytes > MAX_RAW_BYTES) {
    throw new LeadMasterError(
      'snapshot_too_large',
      `The list of ${record.entries?.length ?? 0} files takes ${rawBytes} bytes; at most ${MAX_RAW_BYTES} are taken.`,
      'Leave out folders of many small files, such as caches.',
    );
  }
  return sealEnvelope(keys.chain, recordHeader(keys, record.sequence), data);
}

export async function decodeRecord(keys: SessionKeys, object: string, at: number, bytes: Buffer): Promise<ChainRecord> {
  const data = openEnvelope(object, keys.chain, recordHeader(keys, at), bytes);
  const parsed = recordSchema.safeParse(await unpackJson(data, MAX_RAW_BYTES));
  if (!parsed.success) throw damagedObject(object, 'its content is not a record', parsed.error);
  if (parsed.data.sequence !== at) throw damagedObject(object, 'it counts itself wrongly');
  return parsed.data;
}

/** The caller's own facts, small enough to be carried along. */
export function checkExtra(extra: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(extra);
  if (Buffer.byteLength(text) > MAX_EXTRA_BYTES) {
    const hint = 'Keep what is large in a file of the snapshot.';
    throw new LeadMasterError('invalid_request', `extra takes more than ${MAX_EXTRA_BYTES} bytes.`, hint);
  }
  // As it will be read back: what JSON drops is dropped now.
  return JSON.parse(text) as Record<string, unknown>;
}

function recordHeader(keys: SessionKeys, at: number): string {
  return headerLine('record', keys.vault, keys.session, at);
}
