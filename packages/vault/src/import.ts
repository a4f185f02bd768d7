import { LeadMasterError } from '@leadmaster/protocol';
import { commit, type WriteContext } from './commit.ts';
import { FRAME_LIMITS, openExportKey, readExportRecord, readFacts } from './export.ts';
import { damagedObject } from './failures.ts';
import { openChunk } from './format/chunk.ts';
import { type ChainRecord, checkExtra, type SnapshotInfo } from './format/record.ts';
import type { SessionKeys } from './format/session-keys.ts';
import { checkTree, type TreeEntry } from './format/tree.ts';
import { type Frame, readFrames } from './frames.ts';
import { Intake, type SaveProgress } from './intake.ts';
import type { MasterKey } from './master-key.ts';
import { release } from './release.ts';

export interface ImportOptions {
  /** Keys that may have sealed the file, besides those of the vault. */
  keys?: readonly MasterKey[];
  signal?: AbortSignal;
  onProgress?: (progress: SaveProgress) => void;
}

const OBJECT = 'the export';

/** Takes an exported snapshot into a session's history. It exists when the whole file has been read and proven. */
export async function importSnapshot(
  context: WriteContext,
  stream: AsyncIterable<Uint8Array>,
  masters: readonly MasterKey[],
  options: ImportOptions,
): Promise<SnapshotInfo> {
  const began = performance.now();
  const view = await context.chain.viewToWrite(options.signal);
  const intake = new Intake(context, await context.loadShelf(view), new Map(), options);
  let from: { name: string; record: ChainRecord };
  let entries: TreeEntry[];
  try {
    const reading = new Reading(intake, [...masters, ...(options.keys ?? [])]);
    for await (const frame of readFrames(stream, FRAME_LIMITS)) {
      options.signal?.throwIfAborted();
      await reading.take(frame);
    }
    ({ from, entries } = reading.finish());
    await intake.writer.finish();
  } catch (error) {
    await intake.writer.abandon();
    throw error;
  }
  const [info] = from.record.live;
  if (info === undefined) throw damagedObject(OBJECT, 'it does not say which snapshot it is');
  const extra = checkExtra({ ...info.extra, imported: { session: from.name, id: info.id, at: info.at } });
  const packs = intake.writer.written;
  const storedBytes = packs.reduce((sum, pack) => sum + pack.bytes, 0);
  const { newBytes } = intake.progress;
  const { kind, bytes, files } = info;
  const durationMs = Math.round(performance.now() - began);
  const describe = (at: Date) => ({
    kind,
    at: at.toISOString(),
    bytes,
    files,
    newBytes,
    storedBytes,
    durationMs,
    extra,
  });
  return commit(context, view, { entries, packs }, describe, options.signal);
}

/** The frames in their order: the key, chunks, the manifest. */
class Reading {
  private readonly intake: Intake;
  private readonly masters: readonly MasterKey[];
  private opened: { name: string; keys: SessionKeys } | null = null;
  private record: ChainRecord | null = null;
  /** Our id and the length of each chunk, by its id in the file. */
  private readonly chunks = new Map<string, { id: string; plain: number }>();

  constructor(intake: Intake, masters: readonly MasterKey[]) {
    this.intake = intake;
    this.masters = masters;
  }

  async take({ type, body }: Frame): Promise<void> {
    if (this.record !== null || (type === 'K') !== (this.opened === null)) {
      throw damagedObject(OBJECT, 'its parts are in a wrong order');
    }
    if (type === 'K') {
      this.opened = openExportKey(body, this.masters);
      if (this.opened === null) throw otherKey();
    } else if (type === 'R') this.record = await readExportRecord(this.keys, body);
    else await this.takeChunk(body);
  }

  finish(): { from: { name: string; record: ChainRecord }; entries: TreeEntry[] } {
    if (this.opened === null || this.record === null) throw damagedObject(OBJECT, 'it ends before its manifest');
    const entries = (this.record.entries ?? []).map((entry) => this.rename(entry));
    checkTree(entries);
    return { from: { name: this.opened.name, record: this.record }, entries };
  }

  private async takeChunk(body: Buffer): Promise<void> {
    const { facts, sealed } = readFacts(body);
    const plain = await openChunk(this.keys, facts, sealed);
    if (typeof plain === 'string') throw damagedObject(OBJECT, `chunk ${facts.id}: ${plain}`);
    this.chunks.set(facts.id, { id: await this.intake.store(plain), plain: facts.plain });
    release(plain);
  }

  private rename(entry: TreeEntry): TreeEntry {
    if (entry.kind !== 'file') return entry;
    const chunks = entry.chunks.map((id) => {
      const chunk = this.chunks.get(id);
      if (chunk === undefined) throw damagedObject(OBJECT, `a chunk of ${entry.path} is not in it`);
      return chunk;
    });
    const size = chunks.reduce((sum, { plain }) => sum + plain, 0);
    if (size !== entry.size) throw damagedObject(OBJECT, `the chunks of ${entry.path} do not add up to its size`);
    return { ...entry, chunks: chunks.map(({ id }) => id) };
  }

  private get keys(): SessionKeys {
    if (this.opened === null) throw damagedObject(OBJECT, 'it does not begin with its key');
    return this.opened.keys;
  }
}

function otherKey(): LeadMasterError {
  return new LeadMasterError(
    'vault_key_wrong',
    'The file was sealed with a master key that is not given.',
    'Give the key file of the vault it was exported from.',
  );
}
