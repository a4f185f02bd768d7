import { randomBytes } from 'node:crypto';
import { LeadMasterError } from '@leadmaster/protocol';
import { damagedObject } from './failures.ts';
import { checkVersion, headerLine } from './format/envelope.ts';
import { VAULT_OBJECT } from './names.ts';
import { passed, small } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';
import { traceOfVault } from './trace.ts';

/** The vault's id. Creates a vault if `create` is set and the store is proven to hold none. */
export async function readHeader(store: BlobStore, create: boolean, signal?: AbortSignal): Promise<string> {
  let bytes = await small(store, VAULT_OBJECT, signal);
  if (bytes === null) {
    await refuseHeaderless(store, create, signal);
    const fresh = Buffer.from(headerLine('vault', randomBytes(16).toString('hex')));
    await store.put(VAULT_OBJECT, fresh, { ifAbsent: true, ...passed(signal) });
    bytes = (await small(store, VAULT_OBJECT, signal)) ?? Buffer.alloc(0);
  }
  const text = bytes.toString('latin1');
  checkVersion(VAULT_OBJECT, text);
  const id = /^[^ ]+ vault ([0-9a-f]{32})\n$/.exec(text)?.[1];
  if (id === undefined) throw damagedObject(VAULT_OBJECT, 'it is not the header of a vault');
  return id;
}

/** A vault whose header is gone is never taken for an empty place. One that came just now is read by the caller. */
async function refuseHeaderless(store: BlobStore, create: boolean, signal?: AbortSignal): Promise<void> {
  const trace = await traceOfVault(store, signal);
  if (trace === VAULT_OBJECT) return;
  if (trace !== null) throw damagedObject(VAULT_OBJECT, `it is gone, but ${trace} is there`);
  if (create) return;
  throw new LeadMasterError(
    'vault_missing',
    `There is no vault at ${store.name}.`,
    'Check VAULT_URL. A disk that is not mounted looks like an empty folder: a new vault is made at the first start only, or by "./leadmaster vault create --new".',
  );
}
