import { readFile, stat } from 'node:fs/promises';
import { LeadMasterError } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import {
  type Config,
  type DataPaths,
  dataPaths,
  realFs,
  refuseRootBesideUser,
  unreadable,
  writeAtomically,
} from '@leadmaster/session-manager/installation';
import { type MasterKey, parseMasterKeys, readKeyText } from '@leadmaster/vault';
import { z } from 'zod';

/**
 * Whether the operator has confirmed a copy of the vault's key. In a file of its own: the database is written by the holder of the data
 * folder's lock alone, and this is confirmed while a service runs. `key` is the key's public name, as vaults have it in
 * their header; it says nothing about the key.
 */
const noteSchema = z.object({ key: z.string(), at: z.iso.datetime() });
export type KeyCopyNote = z.infer<typeof noteSchema>;

const OWN_KEY_HINT = 'The key is made at the first start. If there was one: put its copy back, or set VAULT_KEY_FILE.';

/** What was noted; null when nothing was, or nothing that can be read. */
export async function readKeyCopyNote(paths: DataPaths): Promise<KeyCopyNote | null> {
  let text: string;
  try {
    text = await readFile(paths.keyCopied, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw unreadable(paths.keyCopied, error);
  }
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    // Torn or foreign: the person is asked again, which does no harm.
    return null;
  }
}

/**
 * Notes that there is a copy of the key. With a file, the copy is compared first: it must be this key, and on another
 * disk.
 *
 * @returns The key's public name.
 * @throws LeadMasterError `vault_key_missing` without a key; `vault_key_wrong`, `invalid_request` for what is no copy.
 */
export async function noteKeyCopy(config: Config, copy: string | null): Promise<string> {
  const { keyFile } = config.vault;
  const paths = dataPaths(config.dataDir);
  refuseRootBesideUser(paths);
  const [key] = await keysIn(keyFile);
  if (copy !== null) await compare(key, keyFile, copy);
  const note: KeyCopyNote = { key: key.id, at: new Date().toISOString() };
  await writeAtomically(realFs, paths.keyCopied, `${JSON.stringify(note)}\n`);
  return key.id;
}

async function compare(key: MasterKey, keyFile: string, copy: string): Promise<void> {
  const keys = await keysIn(copy, 'Say where the copy can be read here: mount its disk, or look at the spelling.');
  if (!keys.some(({ id }) => id === key.id)) {
    throw new LeadMasterError(
      'vault_key_wrong',
      `${copy} holds another key (${keys[0].id}) than ${keyFile} (${key.id})`,
      `Copy ${keyFile} again. Keep the other key as well, as long as a vault needs it.`,
    );
  }
  const [there, own] = [await stat(copy), await stat(keyFile)];
  if (there.dev === own.dev) {
    const isItself = there.ino === own.ino;
    const why = isItself
      ? 'is the key itself, and no copy'
      : `lies on the same disk as ${keyFile}, and is lost with it`;
    throw new LeadMasterError(
      'invalid_request',
      `${copy} ${why}`,
      'Copy it to another disk or machine. Where that cannot be shown here: doctor --key-copied, without a file.',
    );
  }
}

/** The keys of a file, the current one first. `hint`: the hint of the error where it cannot be read. */
export async function keysIn(file: string, hint = OWN_KEY_HINT): Promise<[MasterKey, ...MasterKey[]]> {
  return parseMasterKeys(await readKeyText(file, hint)) as [MasterKey, ...MasterKey[]];
}
