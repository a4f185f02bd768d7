import { damagedObject } from './failures.ts';
import type { BlobStore } from './store/blob-store.ts';

/** More than any key object, tombstone or header has. */
const MAX_BYTES = 4096;

/** A small object; limited in size, since a foreign one may be in its place. */
export async function small(store: BlobStore, key: string, signal?: AbortSignal): Promise<Buffer | null> {
  const bytes = await store.get(key, { range: { offset: 0, length: MAX_BYTES }, ...passed(signal) });
  if (bytes !== null && bytes.length >= MAX_BYTES) throw damagedObject(key, 'it is too large');
  return bytes;
}

/** Options with a signal only when there is one. */
export function passed(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
