import { chainFolder, implausible, isSequence, parseRecordObject, recordObject } from './names.ts';
import { passed } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';

/** What lies in a session's chain. */
export interface RecordList {
  /** Numbers of records that are there. */
  present: Set<number>;
  /** Those of them that cannot have been reached by counting. */
  implausible: Set<number>;
  /** Objects whose name is not one of a record. */
  strays: string[];
}

/**
 * Lists the records of a session. A store's list may lag behind: what was seen before and what comes next is asked for
 * by name.
 *
 * @param seen the newest number that is known from elsewhere, 0 for none.
 */
export async function listRecords(
  store: BlobStore,
  session: string,
  seen: number,
  signal?: AbortSignal,
): Promise<RecordList> {
  const present = new Set<number>();
  const strays: string[] = [];
  for await (const { key } of store.list(chainFolder(session), passed(signal))) {
    const record = parseRecordObject(key);
    if (record === null) strays.push(key);
    else present.add(record.sequence);
  }
  const known = seen > 0 ? [seen] : [];
  const far = implausible('record', present, known);
  const top = () => topOf(present, far);
  const isThere = async (sequence: number) =>
    isSequence(sequence) && (await store.stat(recordObject(session, sequence), passed(signal))) !== null;
  if (seen > top() && (await isThere(seen))) present.add(seen);
  for (let next = top() + 1; await isThere(next); next++) {
    far.delete(next);
    present.add(next);
  }
  return { present, implausible: far, strays };
}

/** The highest number that counts, 0 for none. */
export function topOf(present: Iterable<number>, left: ReadonlySet<number>): number {
  return Math.max(0, ...[...present].filter((sequence) => !left.has(sequence)));
}
