import { createHash, randomBytes } from 'node:crypto';
import { LeadMasterError } from '@leadmaster/protocol';
import { damagedObject, isDamage, locked } from './failures.ts';
import {
  type ChainRecord,
  decodeRecord,
  encodeRecord,
  MAX_RECORD_BYTES,
  type SnapshotInfo,
  TRAIL,
} from './format/record.ts';
import type { KnownSession } from './keyring.ts';
import { chainFolder, recordObject } from './names.ts';
import type { VaultProblem } from './problems.ts';
import { listRecords, type RecordList, topOf } from './record-list.ts';
import { passed } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';

/** The newest record that was seen. */
export interface SeenHead {
  sequence: number;
  id: string;
}

/** Remembers, outside the vault, how far each session's chain has been seen: the one defence against a rollback. */
export interface HeadMemory {
  recall(session: string): Promise<SeenHead | null>;
  remember(session: string, head: SeenHead): Promise<void>;
}

/** What one process has seen, for callers without a lasting memory. */
export class ProcessMemory implements HeadMemory {
  readonly #heads = new Map<string, SeenHead>();

  async recall(session: string): Promise<SeenHead | null> {
    return this.#heads.get(session) ?? null;
  }

  async remember(session: string, head: SeenHead): Promise<void> {
    this.#heads.set(session, head);
  }
}

/** How often a view is begun again because records went away meanwhile. */
const TRIES = 4;

/** A session's chain at one moment. */
export interface ChainView {
  /** The newest record that can be read; null for a session without any. */
  head: ChainRecord | null;
  /** Its size in the store. */
  headBytes: number;
  /** The number that the next record takes. */
  next: number;
  live: SnapshotInfo[];
  packs: ChainRecord['packs'];
  dropped: ChainRecord['dropped'];
  /** Records that cannot be read: newer than the head, or known to it. What they need is not known. */
  unreadable: number[];
  problems: VaultProblem[];
  rolledBack: boolean;
}

/** What a record says beyond what the chain itself fills in. */
export type RecordDraft = Pick<ChainRecord, 'type' | 'live' | 'packs' | 'dropped'> &
  Partial<Pick<ChainRecord, 'entries' | 'damaged'>>;

interface ReadHead {
  /** Null when no record can be read. */
  head: ChainRecord | null;
  headBytes: number;
  unreadable: number[];
  problems: VaultProblem[];
}

/** The records of one session: read, and added to by conditional put, which is the commit of everything. */
export class Chain {
  readonly #store: BlobStore;
  readonly #session: KnownSession;
  readonly #memory: HeadMemory;

  constructor(store: BlobStore, session: KnownSession, memory: HeadMemory) {
    this.#store = store;
    this.#session = session;
    this.#memory = memory;
  }

  async view(signal?: AbortSignal): Promise<ChainView> {
    for (let tries = 1; ; tries++) {
      const view = await this.#viewOnce(tries === TRIES, signal);
      if (view !== null) return view;
    }
  }

  /** Null when a record went away between the list and its turn: a newer one has superseded it. */
  async #viewOnce(last: boolean, signal?: AbortSignal): Promise<ChainView | null> {
    const seen = await this.#memory.recall(this.#session.name);
    const { present, implausible, strays } = await this.#list(seen?.sequence ?? 0, signal);
    const read = await this.#readHead(present, implausible, last, signal);
    if (read === null) return null;
    const { head, headBytes, unreadable } = read;
    const problems = [...strays.map(strayName), ...read.problems];
    const top = topOf(present.keys(), new Set());
    if (head === null && present.size > 0) {
      throw damagedObject(chainFolder(this.#session.keys.session), 'not one of its records can be read');
    }
    problems.push(...this.#compare(head, present, unreadable));
    for (const sequence of head?.damaged ?? []) {
      if (!present.has(sequence)) continue;
      unreadable.push(sequence);
      const detail = `A record could not be read when later ones were written. Delete it by its number: ./leadmaster snapshot delete ${this.#session.name} ${sequence}`;
      problems.push({ kind: 'damaged', object: this.#object(sequence), detail });
    }
    const rollback = this.#rollback(seen, head, top);
    if (rollback !== null) problems.push(rollback);
    else if (head !== null && head.sequence > (seen?.sequence ?? 0)) await this.#remember(head);
    return {
      head,
      headBytes,
      next: top + 1,
      live: head?.live ?? [],
      packs: head?.packs ?? [],
      dropped: head?.dropped ?? [],
      unreadable,
      problems,
      rolledBack: rollback !== null,
    };
  }

  /** The newest record that can be read, and those above it that cannot. A number that no record can have leaves `present`. */
  async #readHead(
    present: Map<number, number>,
    implausible: ReadonlySet<number>,
    last: boolean,
    signal?: AbortSignal,
  ): Promise<ReadHead | null> {
    const unreadable: number[] = [];
    const problems: VaultProblem[] = [];
    for (const sequence of [...present.keys()].sort((a, b) => b - a)) {
      try {
        const bytes = await this.#fetch(sequence, signal);
        if (bytes === null && !last) return null;
        const head = await this.#decode(sequence, bytes);
        return { head, headBytes: bytes?.length ?? 0, unreadable, problems };
      } catch (error) {
        if (!isDamage(error)) throw error;
        if (implausible.has(sequence)) {
          present.delete(sequence);
          problems.push(strayNumber(this.#object(sequence), error.message));
          continue;
        }
        unreadable.push(sequence);
        problems.push({ kind: 'damaged', object: this.#object(sequence), detail: error.message });
      }
    }
    return { head: null, headBytes: 0, unreadable, problems };
  }

  /** As `view`, for a caller about to write: refused on a vault that is older than it was. */
  async viewToWrite(signal?: AbortSignal): Promise<ChainView> {
    const view = await this.view(signal);
    if (!view.rolledBack) return view;
    const problem = view.problems.find(({ kind }) => kind === 'rolled_back');
    throw new LeadMasterError(
      'vault_rolled_back',
      problem?.detail ?? 'The vault is older than it was.',
      `If an older copy of the vault was put back on purpose, confirm it: "./leadmaster vault accept ${this.#session.name}" (vault.acknowledge() in a program). Otherwise snapshots were removed by another program.`,
    );
  }

  /** The manifest of a live snapshot. */
  async manifest(info: SnapshotInfo, signal?: AbortSignal): Promise<ChainRecord> {
    const object = this.#object(info.sequence);
    const record = await this.#decode(info.sequence, await this.#fetch(info.sequence, signal));
    if (record.id !== info.id) throw damagedObject(object, `it is ${record.id}, and ${info.id} belongs here`);
    if (record.entries === undefined) throw damagedObject(object, 'it lists no files');
    return record;
  }

  /**
   * Adds a record behind what `view` saw; null when another writer was faster. The number is taken by a conditional
   * put, so of all writers one succeeds.
   */
  async commit(
    view: ChainView,
    at: Date,
    draft: (id: string, sequence: number) => RecordDraft,
    signal?: AbortSignal,
  ): Promise<ChainRecord | null> {
    const sequence = view.next;
    const id = `${sequence}-${randomBytes(4).toString('hex')}`;
    const previous = view.head === null ? null : { sequence: view.head.sequence, id: view.head.id };
    const record: ChainRecord = {
      id,
      sequence,
      previous,
      trail: ancestors(view.head).slice(-TRAIL),
      at: at.toISOString(),
      damaged: view.unreadable,
      ...draft(id, sequence),
    };
    record.sizes = sizesOf(view, record.live);
    const bytes = await encodeRecord(this.#session.keys, record);
    const object = this.#object(sequence);
    const frees = record.type !== 'snapshot';
    const written = await this.#store.put(object, bytes, { ifAbsent: true, frees, ...passed(signal) });
    // A put that was tried again after a lost answer finds its own record.
    if (!written && !(await this.#holds(object, bytes, signal))) return null;
    if (!(await this.#isInLine(record, signal))) {
      await this.#store.delete(object, passed(signal));
      return null;
    }
    await this.#remember(record);
    return record;
  }

  /**
   * Whether a record that was just put is one of the chain. A number is free again once its record was superseded and
   * removed: a writer who looked long ago may get it, behind the back of all that was written since.
   */
  async #isInLine(record: ChainRecord, signal?: AbortSignal): Promise<boolean> {
    const { present, implausible } = await this.#list(record.sequence, signal);
    const top = topOf(present.keys(), implausible);
    if (top <= record.sequence) return true;
    const { head } = await this.view(signal);
    if (head === null || head.sequence <= record.sequence) return true;
    if (ancestors(head).includes(record.id)) return true;
    // So many were written since that they no longer say whom they followed.
    if (head.sequence - record.sequence > TRAIL) throw overtaken(this.#session.name);
    return false;
  }

  /** Removes records that are neither live nor the newest: forgotten, or superseded. */
  async tidy(head: ChainRecord, signal?: AbortSignal): Promise<void> {
    const keep = new Set([head.sequence, ...head.damaged, ...head.live.map(({ sequence }) => sequence)]);
    for (const sequence of (await this.#list(head.sequence, signal)).present.keys()) {
      if (sequence < head.sequence && !keep.has(sequence)) {
        await this.#store.delete(this.#object(sequence), passed(signal));
      }
    }
  }

  /** From now on this is the state that is known. */
  async acknowledge(signal?: AbortSignal): Promise<void> {
    const { head } = await this.view(signal);
    await this.#memory.remember(this.#session.name, { sequence: head?.sequence ?? 0, id: head?.id ?? '' });
  }

  #object(sequence: number): string {
    return recordObject(this.#session.keys.session, sequence);
  }

  async #remember({ sequence, id }: SeenHead): Promise<void> {
    await this.#memory.remember(this.#session.name, { sequence, id });
  }

  async #fetch(sequence: number, signal?: AbortSignal): Promise<Buffer | null> {
    const range = { offset: 0, length: MAX_RECORD_BYTES + 1 };
    return this.#store.get(this.#object(sequence), { range, ...passed(signal) });
  }

  async #decode(sequence: number, bytes: Buffer | null): Promise<ChainRecord> {
    const object = this.#object(sequence);
    if (bytes === null) throw damagedObject(object, 'it is not in the store');
    if (bytes.length > MAX_RECORD_BYTES) throw damagedObject(object, 'it is larger than any record');
    return decodeRecord(this.#session.keys, object, sequence, bytes);
  }

  #list(seen: number, signal?: AbortSignal): Promise<RecordList> {
    return listRecords(this.#store, this.#session.keys.session, seen, signal);
  }

  #compare(head: ChainRecord | null, present: Map<number, number>, unreadable: number[]): VaultProblem[] {
    if (head === null) return [];
    const problems: VaultProblem[] = [];
    const live = new Map(head.live.map((info) => [info.sequence, info]));
    const sizes = new Map(head.sizes?.map(({ sequence, bytes }) => [sequence, bytes]));
    for (const info of head.live) {
      const object = this.#object(info.sequence);
      const which = `The record of snapshot ${info.id} (${info.at})`;
      const [bytes, wrote] = [present.get(info.sequence), sizes.get(info.sequence)];
      if (bytes === undefined)
        problems.push({ kind: 'removed', object, detail: `${which} was removed from the store.` });
      else if (wrote !== undefined && bytes !== wrote)
        problems.push({ kind: 'damaged', object, detail: `${which} is of ${bytes} bytes, not of ${wrote}.` });
    }
    for (const sequence of present.keys()) {
      if (live.has(sequence) || sequence >= head.sequence) continue;
      if (unreadable.includes(sequence) || head.damaged.includes(sequence)) continue;
      const detail = 'A record that was forgotten is in the store: put back, or left there by a crash.';
      problems.push({ kind: 'replayed', object: this.#object(sequence), detail });
    }
    return problems;
  }

  #rollback(seen: SeenHead | null, head: ChainRecord | null, top: number): VaultProblem | null {
    if (seen === null || seen.sequence === 0) return null;
    const object = this.#object(seen.sequence);
    const known = `record ${seen.sequence} (${seen.id}) of session ${this.#session.name} was seen before`;
    if (top < seen.sequence) {
      const detail = `The vault is older than it was: ${known}, and its newest record now is ${top}.`;
      return { kind: 'rolled_back', object, detail };
    }
    if (head?.sequence === seen.sequence && head.id !== seen.id) {
      const detail = `The vault has another history than it had: ${known}, and in its place now is ${head.id}.`;
      return { kind: 'rolled_back', object, detail };
    }
    return null;
  }

  async #holds(object: string, bytes: Buffer, signal?: AbortSignal): Promise<boolean> {
    const there = await this.#store.get(object, { range: { offset: 0, length: bytes.length + 1 }, ...passed(signal) });
    return there !== null && sha256(there).equals(sha256(bytes));
  }
}

/** The sizes of the records of what is live: those that the newest one knows, and its own. */
function sizesOf({ head, headBytes }: ChainView, live: readonly SnapshotInfo[]): ChainRecord['sizes'] {
  if (head === null) return [];
  const known = [...(head.sizes ?? []), { sequence: head.sequence, bytes: headBytes }];
  const wanted = new Set(live.map(({ sequence }) => sequence));
  return known.filter(({ sequence }) => wanted.has(sequence));
}

/** The records that one was written behind, as far as it remembers. */
function ancestors(record: ChainRecord | null): string[] {
  if (record === null) return [];
  return [...(record.trail ?? []), ...(record.previous === null ? [] : [record.previous.id])];
}

function strayName(object: string): VaultProblem {
  const detail = `${object} is not the name of a record. LeadMaster did not write it, and ignores it: move it out of the vault.`;
  return { kind: 'stray', object, detail };
}

function strayNumber(object: string, why: string): VaultProblem {
  const detail = `${object} has a number that this session cannot have reached, and is ignored: move it out of the vault. ${why}`;
  return { kind: 'stray', object, detail };
}

/** Another writer was faster, again and again. */
export function overtaken(session: string): LeadMasterError {
  return locked(`Another writer changes session ${session} in the vault at the same time.`);
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
