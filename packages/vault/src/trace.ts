import { KEYS, parseKeyObject, VAULT_OBJECT } from './names.ts';
import { passed } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';

/** The object by which a store is known to hold a vault: its header, or a key that it once had a header for. Null: there is none. */
export async function traceOfVault(
  store: Pick<BlobStore, 'stat' | 'list'>,
  signal?: AbortSignal,
): Promise<string | null> {
  if ((await store.stat(VAULT_OBJECT, passed(signal))) !== null) return VAULT_OBJECT;
  // A file that others have put there is no key.
  for await (const { key } of store.list(KEYS, passed(signal))) if (parseKeyObject(key) !== null) return key;
  return null;
}
