import { LeadMasterError } from '@leadmaster/protocol';
import { damagedObject, isOfAnObject } from './failures.ts';
import { headerLine, splitEnvelope } from './format/envelope.ts';
import { unseal } from './format/seal.ts';
import type { MasterKey } from './master-key.ts';
import { KEYS, keyObject, parseKeyObject, VAULT_OBJECT } from './names.ts';
import { passed, small } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';
import { readHeader } from './vault-header.ts';

/** What a repair has found, and done. */
export interface Repaired {
  /** The vault's id. */
  vault: string;
  /** Whether its header was written; else it was whole. */
  written: boolean;
  /** The object whose seal proves the id. */
  provenBy: string;
}

/**
 * Writes the header of a vault, the object `vault`, where it was lost or damaged. Every object names the vault in its
 * header line; of the key objects, the master key proves that it is the right one. Nothing is written that is not
 * proven: not where no key opens, nor where keys of two vaults are in one place.
 *
 * @throws LeadMasterError `store_damaged` when the id cannot be proven, `vault_missing` where there is no vault at all.
 */
export async function repairVault(
  store: BlobStore,
  masters: readonly MasterKey[],
  signal?: AbortSignal,
): Promise<Repaired> {
  const proven = await provenIds(store, masters, signal);
  const [first, ...others] = proven;
  if (first === undefined) throw damagedObject(KEYS, 'no key in it opens, so nothing proves which vault this is');
  const other = others.find(({ vault }) => vault !== first.vault);
  if (other !== undefined) {
    throw damagedObject(KEYS, `${first.object} is of vault ${first.vault}, and ${other.object} is of ${other.vault}`);
  }
  const { vault, object: provenBy } = first;
  if ((await present(store, signal)) === vault) return { vault, written: false, provenBy };
  await store.put(VAULT_OBJECT, Buffer.from(headerLine('vault', vault)), passed(signal));
  if ((await readHeader(store, false, signal)) !== vault) throw damagedObject(VAULT_OBJECT, 'it does not read back');
  return { vault, written: true, provenBy };
}

/**
 * Whether it is the header of the vault, and not its own key, that is wrong where the two do not fit: the error to tell, or
 * null where the keys in the vault do not prove one other id.
 */
export async function wrongHeader(
  store: BlobStore,
  masters: readonly MasterKey[],
  header: string,
  signal?: AbortSignal,
): Promise<LeadMasterError | null> {
  const [first, ...others] = await provenIds(store, masters, signal);
  if (first === undefined || first.vault === header || others.some(({ vault }) => vault !== first.vault)) return null;
  return damagedObject(
    VAULT_OBJECT,
    `it names vault ${header}, and ${first.object} proves that this is ${first.vault}`,
  );
}

/** The id in the header; null where it is gone or damaged. A newer format is left alone. */
async function present(store: BlobStore, signal?: AbortSignal): Promise<string | null> {
  try {
    return await readHeader(store, false, signal);
  } catch (error) {
    if (isOfAnObject(error) && error.code === 'store_damaged') return null;
    throw error;
  }
}

async function provenIds(
  store: BlobStore,
  masters: readonly MasterKey[],
  signal?: AbortSignal,
): Promise<{ vault: string; object: string }[]> {
  const proven: { vault: string; object: string }[] = [];
  let found = 0;
  for await (const { key } of store.list(KEYS, passed(signal))) {
    const parsed = parseKeyObject(key);
    if (parsed === null) continue;
    found += 1;
    const vault = await vaultOf(store, keyObject(parsed.owner, parsed.number), parsed, masters, signal);
    if (vault !== null) proven.push({ vault, object: key });
  }
  if (found === 0) {
    const hint = 'Check VAULT_URL, and whether its disk is mounted.';
    throw new LeadMasterError('vault_missing', `There is no vault at ${store.name}: it holds no key.`, hint);
  }
  return proven;
}

/** The vault that a key object was sealed for; null where no master key opens it. */
async function vaultOf(
  store: BlobStore,
  object: string,
  { owner, number }: { owner: string; number: number },
  masters: readonly MasterKey[],
  signal?: AbortSignal,
): Promise<string | null> {
  const bytes = await small(store, object, signal);
  if (bytes === null) return null;
  try {
    const { line, sealed } = splitEnvelope(object, bytes);
    const match = /^[^ ]+ key ([0-9a-f]{32}) [^ ]+ [0-9]+ ([0-9a-f]{16})\n$/.exec(line);
    const master = masters.find(({ id }) => id === match?.[2]);
    if (match?.[1] === undefined || master === undefined) return null;
    if (line !== headerLine('key', match[1], owner, number, master.id)) return null;
    return unseal(master.wrap, sealed, line) === null ? null : match[1];
  } catch (error) {
    if (isOfAnObject(error) && error.code === 'store_damaged') return null;
    throw error;
  }
}
