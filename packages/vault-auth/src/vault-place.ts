import { randomBytes } from 'node:crypto';
import { access, link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import {
  cannotLink,
  newMasterKeyText,
  openStore,
  openVault,
  parseMasterKeys,
  readKeyText,
  Vault,
} from '@leadmaster/vault';

/** Where the vault is: one that is open already, or a URL (`file:/backups/vault`, `s3://...`) and the file of its key. */
export type VaultPlace = Vault | { url: string; keyFile: string };

/**
 * Opens it. Where neither a vault nor a key was ever made, both are made.
 *
 * @throws LeadMasterError `vault_key_missing` for a vault without its key, `vault_missing` for a key without its vault,
 * `store_unreachable`, ...
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

/** The key file's text; null when it is proven absent. */
async function readKey(file: string): Promise<string | null> {
  try {
    await access(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return readKeyText(file, 'Put back the copy of the key file that was kept elsewhere.');
}

async function makeKey(file: string): Promise<string> {
  const text = newMasterKeyText();
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true });
    await giveName(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  return text;
}

/** A link fails where a rename would overwrite, and never shows half a key. Where there are none, the key was missing a moment ago. */
async function giveName(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    if (!cannotLink(error) || (await readKey(file)) !== null) throw error;
    await rename(draft, file);
  }
}

function keyMissing(url: string, file: string): LeadMasterError {
  return new LeadMasterError(
    'vault_key_missing',
    `The key of the vault at ${url} is not in ${file}`,
    'Put back the copy of the key file that was kept elsewhere. The vault cannot be read without it.',
  );
}
