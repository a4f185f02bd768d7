/** The keys of a vault's objects. */

export const VAULT_OBJECT = 'vault';
/** Whose keys lie under `keys/vault/`: the vault's own. A name's hash is hexadecimal, so none is called so. */
export const VAULT_OWNER = 'vault';
export const KEYS = 'keys/';

const HEX32 = /^[0-9a-f]{32}$/;

export const keyFolder = (owner: string) => `${KEYS}${owner}/`;
export const keyObject = (owner: string, number: number) => `${keyFolder(owner)}${digits(number, 6)}`;
export const chainFolder = (session: string) => `chain/${session}/`;
export const recordObject = (session: string, sequence: number) => `${chainFolder(session)}${digits(sequence, 10)}`;
export const packFolder = (session: string) => `packs/${session}/`;
export const packObject = (session: string, pack: string) => `${packFolder(session)}${pack}`;
export const lockObject = (session: string) => `locks/${session}`;
export const DESTROYED = 'destroyed/';
export const destroyedObject = (session: string) => `${DESTROYED}${session}`;

/** Owner and number of a key object; null for what is none. */
export function parseKeyObject(key: string): { owner: string; number: number } | null {
  const match = /^keys\/(vault|[0-9a-f]{32})\/([0-9]{6})$/.exec(key);
  return match?.[1] === undefined ? null : { owner: match[1], number: Number(match[2]) };
}

export function parseRecordObject(session: string, key: string): number | null {
  const name = key.slice(chainFolder(session).length);
  return /^[0-9]{10}$/.test(name) && Number(name) > 0 ? Number(name) : null;
}

export function parsePackObject(session: string, key: string): string | null {
  const name = key.slice(packFolder(session).length);
  return HEX32.test(name) ? name : null;
}

function digits(number: number, width: number): string {
  return String(number).padStart(width, '0');
}
