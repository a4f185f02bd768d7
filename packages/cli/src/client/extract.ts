import { readFile } from 'node:fs/promises';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import type { Config } from '@leadmaster/session-manager/config';
import type { MasterKey, Vault } from '@leadmaster/vault';
import type { LongCall } from './operations.ts';

/**
 * Opens the vault to read in it. That needs neither the service nor the data folder's lock, and disturbs nobody who
 * writes meanwhile.
 */
export async function readVault({ vault, dataDir }: Config, signal: AbortSignal): Promise<Vault> {
  const { openStore, openVault, storeUrl } = await import('@leadmaster/vault');
  const masterKeys = await masterKeysOf({ vault });
  return openVault({ store: await openStore(storeUrl(vault.location), { base: dataDir }), masterKeys, signal });
}

/** The keys in the key file, the current one first. */
export async function masterKeysOf({ vault }: Pick<Config, 'vault'>): Promise<readonly MasterKey[]> {
  const { parseMasterKeys } = await import('@leadmaster/vault');
  return parseMasterKeys(await readKeys(vault.keyFile));
}

/** Writes a snapshot's files into a folder that is empty or not there, and that it is a copy. */
export async function extract(
  vault: Vault,
  session: string,
  id: string,
  target: string,
  { signal, onProgress }: LongCall,
): Promise<{ files: number; bytes: number }> {
  const written = await vault.restore(session, id, target, {
    onProgress: ({ bytes, totalBytes }) => onProgress?.({ phase: 'extracting', done: bytes, total: totalBytes }),
    ...(signal === undefined ? {} : { signal }),
  });
  const { markExtracted } = await import('@leadmaster/session-manager/extracted');
  await markExtracted(target);
  return written;
}

async function readKeys(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const hint = 'Put the key that you kept there, or say where it is by VAULT_KEY_FILE.';
    throw new LeadMasterError('vault_key_missing', `The key file ${file} cannot be read: ${errorText(error)}`, hint);
  }
}
