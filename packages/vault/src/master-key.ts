import { randomBytes } from 'node:crypto';
import { LeadMasterError } from '@leadmaster/protocol';
import { deriveKey, KEY_BYTES } from './format/seal.ts';

/** What wraps the keys of a vault. */
export interface MasterKey {
  /** Names the key in headers; says nothing about it. */
  readonly id: string;
  readonly wrap: Buffer;
}

export function masterKey(bytes: Buffer): MasterKey {
  if (bytes.length !== KEY_BYTES) throw badKey(`a key has ${KEY_BYTES} bytes, this one ${bytes.length}`);
  return { id: deriveKey(bytes, 'key id').toString('hex', 0, 8), wrap: deriveKey(bytes, 'wrap') };
}

/** A new key file. The comment explains the file to its finder. */
export function newMasterKeyText(): string {
  const comment =
    '# The master key of a LeadMaster vault. Without it no snapshot can be read: keep a copy elsewhere.\n';
  return `${comment}${randomBytes(KEY_BYTES).toString('hex')}\n`;
}

/** The keys of a key file: the current one first, then older ones that a rotation left. */
export function parseMasterKeys(text: string): MasterKey[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  const keys = lines.filter((line) => line !== '');
  if (keys.length === 0) throw badKey('it holds no key');
  return keys.map((key) => {
    if (!/^[0-9a-f]{64}$/.test(key)) throw badKey('a line of it is not 64 hexadecimal digits (lower case)');
    return masterKey(Buffer.from(key, 'hex'));
  });
}

/** A line of a key file that says which vault the key has opened: a comment, to readers of any version. */
export function vaultLine(vault: string): string {
  return `# vault ${vault}\n`;
}

/** The vaults that a key file says it has opened; one key may open several. */
export function vaultsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^# vault ([0-9a-f]{32})\r?$/gm)].map(([, id = '']) => id));
}

function badKey(what: string): LeadMasterError {
  return new LeadMasterError(
    'vault_key_wrong',
    `The vault's key file cannot be used: ${what}.`,
    'Put back the key file that LeadMaster made (VAULT_KEY_FILE), or a copy of it.',
  );
}
