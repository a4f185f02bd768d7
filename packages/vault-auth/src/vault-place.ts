import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { newMasterKeyText, openStore, openVault, parseMasterKeys, Vault } from '@leadmaster/vault';

/** Where the vault is: one that is open already, or a URL (`file:/backups/vault`, `s3://...`) and the file of its key. */
export type VaultPlace = Vault | { url: string; keyFile: string };

/**
 * Opens it. Where neither a vault nor a key was ever made, both are made; a vault without its key is an error, and so
 * is a store that cannot be asked.
 */
export async function openPlace(place: VaultPlace): Promise<Vault> {
  if (place instanceof Vault) return place;
  const keyFile = resolve(place.keyFile);
  const key = await readKey(keyFile);
  // With a key there was a vault once: an empty place is then a disk that is not mounted.
  const create = key === null;
  const store = await openStore(place.url, { base: process.cwd(), create });
  if (create && (await store.stat('vault')) !== null) throw keyMissing(place.url, keyFile);
  return openVault({ store, masterKeys: parseMasterKeys(key ?? (await makeKey(keyFile))), create });
}

async function readKey(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

async function makeKey(file: string): Promise<string> {
  const text = newMasterKeyText();
  await using handle = await open(file, 'wx', 0o600);
  await handle.writeFile(text);
  await handle.sync();
  return text;
}

function keyMissing(url: string, file: string): LeadMasterError {
  return new LeadMasterError(
    'vault_key_missing',
    `The key of the vault at ${url} is not in ${file}`,
    'Put back the copy of the key file that was kept elsewhere.',
  );
}
