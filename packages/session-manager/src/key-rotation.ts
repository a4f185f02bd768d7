import { readFile, realpath, stat } from 'node:fs/promises';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { openStore, openVault, parseMasterKeys, storeUrl } from '@leadmaster/vault';
import type { Config } from './config/config.ts';
import { writeAtomically } from './profile/atomic-file.ts';
import { realFs } from './profile/files.ts';
import { COMMAND, lockDataFolder } from './profile/locks.ts';
import { refuseRootBesideUser } from './profile/owner.ts';
import { dataPaths } from './profile/paths.ts';
import type { LongCall } from './snapshots/snapshot-service.ts';

/** A rotation that has finished. Keys go by their public names, which say nothing about them. */
export interface KeyRotation {
  keyFile: string;
  key: string;
  /** Keys that the file holds behind the new one; this vault needs none of them. */
  olderKeys: string[];
  /** How many keys of the vault were wrapped again. */
  rewrapped: number;
  /** The sessions that the new key opens. */
  sessions: string[];
}

export interface RotationCall extends LongCall {
  /** The key file holds both keys, and from now on the vault needs both, until this has finished. */
  onBothKeys?: () => void;
}

/**
 * Gives the vault of a data folder whose service is down the first key of a file as its master key. The key file gets
 * the new key in front of the old ones, durably, before the first key of the vault is wrapped by it: so it opens the
 * vault at every moment, and after any interruption the same call continues.
 *
 * @throws LeadMasterError `vault_key_missing`, `vault_key_wrong`, `vault_missing`, `forbidden` for another user's key
 * file, `data_folder_in_use` while a service runs, ...
 */
export async function rotateVaultKey(
  config: Config,
  newKeyFile: string,
  { signal, onProgress, onBothKeys }: RotationCall = {},
): Promise<KeyRotation> {
  const { keyFile, location } = config.vault;
  const fresh = await keyText(newKeyFile, 'Make one: (umask 077; openssl rand -hex 32 > FILE)');
  const present = await keyText(keyFile, 'Put the copy of the key back, or say where it is by VAULT_KEY_FILE.');
  await refuseForeign(keyFile);
  refuseRootBesideUser(dataPaths(config.dataDir));
  const lock = lockDataFolder(dataPaths(config.dataDir), COMMAND);
  try {
    const store = await openStore(storeUrl(location), { base: config.dataDir });
    const open = (text: string, count?: number) =>
      openVault({
        store,
        masterKeys: parseMasterKeys(text).slice(0, count),
        ...(signal === undefined ? {} : { signal }),
      });
    // A key file that is not this vault's stays as it is.
    await open(present);
    const both = await putFirst(keyFile, fresh, present);
    onBothKeys?.();
    const rewrapped = await (await open(both)).rotateMasterKey({
      onProgress: ({ done, total }) => onProgress?.({ phase: 'wrapping keys', done, total }),
      ...(signal === undefined ? {} : { signal }),
    });
    const sessions = await (await open(both, 1)).sessions();
    const [key = '', ...olderKeys] = parseMasterKeys(both).map(({ id }) => id);
    return { keyFile, key, olderKeys, rewrapped, sessions };
  } finally {
    lock.release();
  }
}

/** The key file's text with the new key in front, written where it was not so. */
async function putFirst(keyFile: string, fresh: string, present: string): Promise<string> {
  if (parseMasterKeys(fresh)[0]?.id === parseMasterKeys(present)[0]?.id) return present;
  const both = `${fresh.trimEnd()}\n# Older keys: for a rotation that has not finished, and for copies of the vault from before it.\n${present}`;
  // Where it is a link, what it leads to is the file: others may read it there.
  await writeAtomically(realFs, await realpath(keyFile), both);
  return both;
}

/** A rewritten file belongs to the user who writes it: the service could no longer read it. */
async function refuseForeign(keyFile: string): Promise<void> {
  const { uid } = await stat(keyFile);
  if (process.getuid === undefined || uid === process.getuid()) return;
  throw new LeadMasterError(
    'forbidden',
    `The key file ${keyFile} belongs to uid ${uid}, and this runs as uid ${process.getuid()}`,
    'Give the command as the user who runs the service.',
  );
}

/** A key file's text, once it is sure that there are keys in it. */
async function keyText(file: string, hint: string): Promise<string> {
  try {
    // A pipe would never end.
    if (!(await stat(file)).isFile()) throw new Error('it is not a regular file');
    const text = await readFile(file, 'utf8');
    parseMasterKeys(text);
    return text;
  } catch (error) {
    const code = error instanceof LeadMasterError ? error.code : 'vault_key_missing';
    throw new LeadMasterError(code, `No key can be read from ${file}: ${errorText(error)}`, hint, { cause: error });
  }
}
