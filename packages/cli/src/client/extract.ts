import type { Config } from '@leadmaster/session-manager/config';
import type { Vault } from '@leadmaster/vault';
import type { LongCall } from './service-client.ts';

/**
 * Opens the vault to read in it. That needs neither the service nor the data folder's lock, and disturbs no process that
 * writes meanwhile.
 */
export async function readVault({ vault, dataDir }: Config, signal: AbortSignal): Promise<Vault> {
  const { openStore, openVault, parseMasterKeys, readKeyText, storeUrl } = await import('@leadmaster/vault');
  const hint = 'Put the key that you kept there, or say where it is by VAULT_KEY_FILE.';
  const masterKeys = parseMasterKeys(await readKeyText(vault.keyFile, hint));
  return openVault({ store: await openStore(storeUrl(vault.location), { base: dataDir }), masterKeys, signal });
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
