import { chainFolder, implausible, isSequence, parseRecordObject, recordObject } from './names.ts';
import { passed } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';

/** What is in a session's chain. */
export interface RecordList {
  /** Numbers of records that are there, and their sizes in bytes. */
  present: Map<number, number>;
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
  const present = new Map<number, number>();
  const strays: string[] = [];
  for await (const { key, bytes } of store.list(chainFolder(session), passed(signal))) {
    const record = parseRecordObject(key);
    if (record === null) strays.push(key);
    else present.set(record.sequence, bytes);
  }
  const known = seen > 0 ? [seen] : [];
  const far = implausible('record', present.keys(), known);
  const top = () => topOf(present.keys(), far);
  const look = async (sequence: number): Promise<boolean> => {
    const info = isSequence(sequence) ? await store.stat(recordObject(session, sequence), passed(signal)) : null;
    if (info !== null) present.set(sequence, info.bytes);
    return info !== null;
  };
  if (seen > top()) await look(seen);
  for (let next = top() + 1; await look(next); next++) far.delete(next);
  return { present, implausible: far, strays };
}

/** The highest number that counts, 0 for none. */
export function topOf(present: Iterable<number>, left: ReadonlySet<number>): number {
  return Math.max(0, ...[...present].filter((sequence) => !left.has(sequence)));
}
