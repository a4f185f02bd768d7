/**
 * The keys of a vault's objects. Each kind of name is made by one function and read by one other, its inverse: what one
 * does not make, the other does not read.
 */
import { damagedObject } from './failures.ts';

export const VAULT_OBJECT = 'vault';
/** Whose keys lie under `keys/vault/`: the vault's own. A name's hash is hexadecimal, so none is called so. */
export const VAULT_OWNER = 'vault';
export const KEYS = 'keys/';
export const CHAINS = 'chain/';
export const DESTROYED = 'destroyed/';
export const HUBS = 'hubs/';

const RECORD_DIGITS = 10;
const KEY_DIGITS = 6;

export const keyFolder = (owner: string) => `${KEYS}${owner}/`;
export const keyObject = (owner: string, number: number) => numbered(keyFolder(owner), number, KEY_DIGITS);
export const chainFolder = (session: string) => `${CHAINS}${session}/`;
export const recordObject = (session: string, sequence: number) =>
  numbered(chainFolder(session), sequence, RECORD_DIGITS);
export const packFolder = (session: string) => `packs/${session}/`;
export const packObject = (session: string, pack: string) => `${packFolder(session)}${pack}`;
export const lockObject = (session: string) => `locks/${session}`;
export const destroyedObject = (session: string) => `${DESTROYED}${session}`;
export const hubFolder = (hub: string) => `${HUBS}${hub}/`;
export const hubObject = (hub: string, number: number) => numbered(hubFolder(hub), number, RECORD_DIGITS);

/** Owner and number of a key object; null for what is none. */
export function parseKeyObject(key: string): { owner: string; number: number } | null {
  const match = /^keys\/(vault|[0-9a-f]{32})\/([0-9]{6})$/.exec(key);
  const number = Number(match?.[2]);
  return match?.[1] === undefined || number === 0 ? null : { owner: match[1], number };
}

/** Session and number of a record; null for what is none. */
export function parseRecordObject(key: string): { session: string; sequence: number } | null {
  const match = /^chain\/([0-9a-f]{32})\/([0-9]{10})$/.exec(key);
  const sequence = Number(match?.[2]);
  return match?.[1] === undefined || sequence === 0 ? null : { session: match[1], sequence };
}

/** Session and id of a pack; null for what is none. */
export function parsePackObject(key: string): { session: string; pack: string } | null {
  const match = /^packs\/([0-9a-f]{32})\/([0-9a-f]{32})$/.exec(key);
  return match?.[1] === undefined || match[2] === undefined ? null : { session: match[1], pack: match[2] };
}

/** The session of a tombstone; null for what is none. */
export function parseDestroyedObject(key: string): { session: string } | null {
  const session = /^destroyed\/([0-9a-f]{32})$/.exec(key)?.[1];
  return session === undefined ? null : { session };
}

/** Hub and number of a document; null for what is none. */
export function parseHubObject(key: string): { hub: string; number: number } | null {
  const match = /^hubs\/([a-z0-9][a-z0-9_-]{0,62})\/([0-9]{10})$/.exec(key);
  const number = Number(match?.[2]);
  return match?.[1] === undefined || number === 0 ? null : { hub: match[1], number };
}

/** Whether a vault may have an object of that name. */
export function isVaultObject(key: string): boolean {
  const parsers = [parseKeyObject, parseRecordObject, parsePackObject, parseDestroyedObject, parseHubObject];
  return key === VAULT_OBJECT || /^locks\/[0-9a-f]{32}$/.test(key) || parsers.some((parse) => parse(key) !== null);
}

/** Whether objects of a vault may be in a folder of that name. */
export function isVaultFolder(folder: string): boolean {
  return (
    /^(chain|destroyed|hubs|keys|locks|packs)$/.test(folder) ||
    /^(chain|packs)\/[0-9a-f]{32}$/.test(folder) ||
    /^keys\/(vault|[0-9a-f]{32})$/.test(folder) ||
    /^hubs\/[a-z0-9][a-z0-9_-]{0,62}$/.test(folder)
  );
}

/** Whether a record can have that number. */
export function isSequence(number: number): boolean {
  return isNumber(number, RECORD_DIGITS);
}

/** How far a number may lie above the one below it. Each step is one write, so nothing comes near. */
const MAX_GAP = { record: 1_000_000, key: 1_000 };

/**
 * The numbers that cannot have been reached by counting: far above all others. `known` numbers were proven before.
 * Of keys, whose lowest number is never proven, the lowest counts as reached.
 */
export function implausible(
  kind: keyof typeof MAX_GAP,
  numbers: Iterable<number>,
  known: readonly number[] = [],
): Set<number> {
  const proven = new Set(known);
  const found = new Set<number>();
  let reached = kind === 'record' ? 0 : Number.POSITIVE_INFINITY;
  for (const number of [...new Set([...numbers, ...known])].sort((a, b) => a - b)) {
    if (number - reached > MAX_GAP[kind] && !proven.has(number)) found.add(number);
    else reached = number;
  }
  return found;
}

function numbered(folder: string, number: number, digits: number): string {
  if (!isNumber(number, digits)) throw damagedObject(folder, `${number} is not a number that it can hold`);
  return `${folder}${String(number).padStart(digits, '0')}`;
}

function isNumber(number: number, digits: number): boolean {
  return Number.isSafeInteger(number) && number >= 1 && number < 10 ** digits;
}
