import { LeadMasterError } from '@leadmaster/protocol';
import { commit, type WriteContext } from './commit.ts';
import { FRAME_LIMITS, openExportKey, readExportRecord, readFacts } from './export.ts';
import { damagedObject, EXPORT } from './failures.ts';
import { openChunk } from './format/chunk.ts';
import { type ChainRecord, checkExtra, type SnapshotInfo } from './format/record.ts';
import type { SessionKeys } from './format/session-keys.ts';
import { checkLinks, checkTree, type TreeEntry } from './format/tree.ts';
import { type Frame, readFrames } from './frames.ts';
import { Intake, type SaveProgress } from './intake.ts';
import type { MasterKey } from './master-key.ts';
import {
  type PassphraseLine,
  passphraseKey,
  passphraseMissing,
  passphraseWrong,
  takePassphraseLine,
} from './passphrase.ts';
import { release } from './release.ts';

export interface ImportOptions {
  /** Keys that may have sealed the file, besides those of the vault. */
  keys?: readonly MasterKey[];
  /** Opens a file that was sealed with a passphrase. */
  passphrase?: string;
  signal?: AbortSignal;
  onProgress?: (progress: SaveProgress) => void;
}

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
    const store = (plain: Buffer): Promise<string> => intake.store(plain);
    ({ from, entries } = await readAll(stream, [...masters, ...(options.keys ?? [])], store, options));
    await intake.writer.finish();
  } catch (error) {
    await intake.writer.abandon();
    throw error;
  }
  const info = snapshotOf(from.record);
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

/** What an exported file holds. */
export interface ExportContent {
  /** The session it was exported from. */
  session: string;
  snapshot: SnapshotInfo;
}

/** Reads an exported file from its first byte to its last, proves all of it, and keeps nothing. */
export async function readExport(
  stream: AsyncIterable<Uint8Array>,
  options: Pick<ImportOptions, 'keys' | 'passphrase' | 'signal'>,
): Promise<ExportContent> {
  const { from } = await readAll(stream, options.keys ?? [], async () => '', options);
  return { session: from.name, snapshot: snapshotOf(from.record) };
}

/** Takes every frame of a file; `store` keeps a chunk and says by which id. */
async function readAll(
  stream: AsyncIterable<Uint8Array>,
  masters: readonly MasterKey[],
  store: (plain: Buffer) => Promise<string>,
  { passphrase, signal }: Pick<ImportOptions, 'passphrase' | 'signal'>,
): Promise<ReturnType<Reading['finish']>> {
  const { line, rest } = await takePassphraseLine(stream);
  const keys = line === null ? masters : [await keyFor(line, passphrase, rest)];
  const reading = new Reading(store, keys, line === null ? otherKey : passphraseWrong);
  for await (const frame of readFrames(rest, FRAME_LIMITS)) {
    signal?.throwIfAborted();
    await reading.take(frame);
  }
  return reading.finish();
}

async function keyFor(
  line: PassphraseLine,
  passphrase: string | undefined,
  rest: AsyncIterable<Uint8Array>,
): Promise<MasterKey> {
  if (passphrase !== undefined) return passphraseKey(passphrase, line);
  await rest[Symbol.asyncIterator]().return?.();
  throw passphraseMissing();
}

function snapshotOf(record: ChainRecord): SnapshotInfo {
  const [info] = record.live;
  if (info === undefined) throw damagedObject(EXPORT, 'it does not say which snapshot it is');
  return info;
}

/** The frames in their order: the key, chunks, the manifest. */
class Reading {
  readonly #store: (plain: Buffer) => Promise<string>;
  readonly #masters: readonly MasterKey[];
  readonly #refusal: () => LeadMasterError;
  #opened: { name: string; keys: SessionKeys } | null = null;
  #record: ChainRecord | null = null;
  /** Our id and the length of each chunk, by its id in the file. */
  readonly #chunks = new Map<string, { id: string; plain: number }>();

  constructor(
    store: (plain: Buffer) => Promise<string>,
    masters: readonly MasterKey[],
    refusal: () => LeadMasterError,
  ) {
    this.#store = store;
    this.#masters = masters;
    this.#refusal = refusal;
  }

  async take({ type, body }: Frame): Promise<void> {
    if (this.#record !== null || (type === 'K') !== (this.#opened === null)) {
      throw damagedObject(EXPORT, 'its parts are in a wrong order');
    }
    if (type === 'K') {
      this.#opened = openExportKey(body, this.#masters);
      if (this.#opened === null) throw this.#refusal();
    } else if (type === 'R') this.#record = await readExportRecord(this.#keys, body);
    else await this.#takeChunk(body);
  }

  finish(): { from: { name: string; record: ChainRecord }; entries: TreeEntry[] } {
    if (this.#opened === null || this.#record === null) throw damagedObject(EXPORT, 'it ends before its manifest');
    const entries = (this.#record.entries ?? []).map((entry) => this.#rename(entry));
    checkTree(entries);
    checkLinks(entries);
    return { from: { name: this.#opened.name, record: this.#record }, entries };
  }

  async #takeChunk(body: Buffer): Promise<void> {
    const { facts, sealed } = readFacts(body);
    const plain = await openChunk(this.#keys, facts, sealed);
    if (typeof plain === 'string') throw damagedObject(EXPORT, `chunk ${facts.id}: ${plain}`);
    this.#chunks.set(facts.id, { id: await this.#store(plain), plain: facts.plain });
    release(plain);
  }

  #rename(entry: TreeEntry): TreeEntry {
    if (entry.kind !== 'file') return entry;
    const chunks = entry.chunks.map((id) => {
      const chunk = this.#chunks.get(id);
      if (chunk === undefined) throw damagedObject(EXPORT, `a chunk of ${entry.path} is not in it`);
      return chunk;
    });
    const size = chunks.reduce((sum, { plain }) => sum + plain, 0);
    if (size !== entry.size) throw damagedObject(EXPORT, `the chunks of ${entry.path} do not add up to its size`);
    return { ...entry, chunks: chunks.map(({ id }) => id) };
  }

  get #keys(): SessionKeys {
    if (this.#opened === null) throw damagedObject(EXPORT, 'it does not begin with its key');
    return this.#opened.keys;
  }
}

function otherKey(): LeadMasterError {
  return new LeadMasterError(
    'vault_key_wrong',
    'The file was sealed with a master key that is not given.',
    'Give the key file of the vault it was exported from.',
  );
}
