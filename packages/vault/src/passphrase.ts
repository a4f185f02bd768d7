import { randomBytes, scrypt } from 'node:crypto';
import { LeadMasterError } from '@leadmaster/protocol';
import { damagedObject, EXPORT } from './failures.ts';
import { checkVersion } from './format/envelope.ts';
import { KEY_BYTES } from './format/seal.ts';
import { FORMAT } from './format/version.ts';
import { type MasterKey, masterKey } from './master-key.ts';

/** A passphrase is what stands between a lost file and the account: in characters. */
export const MIN_PASSPHRASE = 12;
const MAX_PASSPHRASE = 1024;
const SALT_BYTES = 16;
/** 128 MiB and some tenths of a second for each guess. */
const NOW: Parameters = { log2N: 17, r: 8, p: 1 };
/** What a file may ask of its reader: scrypt takes 128 * N * r bytes, so 256 MiB at most. */
const LIMITS = { log2N: [14, 18], r: [8, 8], p: [1, 4] } as const;
const MAX_LINE = 128;
const NEWLINE = 0x0a;
/** What a file without this line begins with: its first frame. */
const FIRST_FRAME = 'K'.charCodeAt(0);

interface Parameters {
  log2N: number;
  r: number;
  p: number;
}

/** The line in front of an export that a passphrase opens: how its key comes from the passphrase. */
export interface PassphraseLine extends Parameters {
  salt: Buffer;
}

/** Refuses what is too short to protect a login, or too long to type. */
export function checkPassphrase(passphrase: string): void {
  const { length } = [...passphrase.normalize('NFC')];
  if (length >= MIN_PASSPHRASE && length <= MAX_PASSPHRASE) return;
  throw new LeadMasterError(
    'passphrase_refused',
    `A passphrase has ${MIN_PASSPHRASE} to ${MAX_PASSPHRASE} characters; this one has ${length}.`,
    'Choose several words that are hard to guess: the file and the passphrase together give access to the account.',
  );
}

/** The line and the key for a new file. */
export async function newPassphraseKey(passphrase: string): Promise<{ line: Buffer; key: MasterKey }> {
  checkPassphrase(passphrase);
  const how: PassphraseLine = { ...NOW, salt: randomBytes(SALT_BYTES) };
  return { line: writeLine(how), key: await passphraseKey(passphrase, how) };
}

/** The key that a passphrase gives with the parameters of a line. What composes a letter in two ways is made one. */
export async function passphraseKey(passphrase: string, { log2N, r, p, salt }: PassphraseLine): Promise<MasterKey> {
  const N = 2 ** log2N;
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const options = { N, r, p, maxmem: 128 * r * (N + p + 2) };
    scrypt(passphrase.normalize('NFC'), salt, KEY_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
  return masterKey(bytes);
}

/** Takes the line off a stream; null, and the stream as it was, where there is none. */
export async function takePassphraseLine(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ line: PassphraseLine | null; rest: AsyncIterable<Uint8Array> }> {
  const parts = stream[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let end = -1;
  while (end < 0 && head.length < MAX_LINE && head[0] !== FIRST_FRAME) {
    const next = await parts.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
    end = head.subarray(0, MAX_LINE).indexOf(NEWLINE);
  }
  const rest = (from: number): AsyncIterable<Uint8Array> => resume(head.subarray(from), parts);
  if (head[0] === FIRST_FRAME) return { line: null, rest: rest(0) };
  try {
    if (end < 0) throw damagedObject(EXPORT, 'it is no export of a snapshot');
    return { line: readLine(head.toString('latin1', 0, end + 1)), rest: rest(end + 1) };
  } catch (error) {
    await parts.return?.();
    throw error;
  }
}

/** @throws LeadMasterError `store_damaged` for what is no such line, or asks for more than a file may ask for. */
export function readLine(text: string): PassphraseLine {
  checkVersion(EXPORT, text);
  const match = /^\S+ passphrase scrypt ([0-9]{1,2}) ([0-9]{1,2}) ([0-9]{1,2}) ([0-9a-f]{32})\n$/.exec(text);
  if (match === null) throw damagedObject(EXPORT, 'its first line is not that of a file with a passphrase');
  const [log2N, r, p] = match.slice(1, 4).map(Number) as [number, number, number];
  for (const [name, value] of Object.entries({ log2N, r, p })) {
    const [least, most] = LIMITS[name as keyof Parameters];
    if (value < least || value > most) throw damagedObject(EXPORT, `its first line asks for ${name}=${value}`);
  }
  return { log2N, r, p, salt: Buffer.from(match[4] ?? '', 'hex') };
}

function writeLine({ log2N, r, p, salt }: PassphraseLine): Buffer {
  return Buffer.from(`${FORMAT} passphrase scrypt ${log2N} ${r} ${p} ${salt.toString('hex')}\n`, 'latin1');
}

/** What was read ahead, then the rest. No generator: one that was never begun could not end what it reads from. */
function resume(head: Buffer, parts: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  let ahead: Buffer | null = head;
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const value = ahead;
    ahead = null;
    return value === null ? parts.next() : { done: false, value };
  };
  const end = async (): Promise<IteratorResult<Uint8Array>> => {
    await parts.return?.();
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
}

/** A file that was sealed with a passphrase does not open with this one. */
export function passphraseWrong(): LeadMasterError {
  return new LeadMasterError(
    'passphrase_wrong',
    'The passphrase does not open the file.',
    'Type it again, with capitals and blanks as they were; nothing was changed. Without it the file cannot be read.',
  );
}

/** A file that needs a passphrase, and none was given. */
export function passphraseMissing(): LeadMasterError {
  return new LeadMasterError(
    'passphrase_wrong',
    'The file was sealed with a passphrase, and none was given.',
    'Give the passphrase that it was exported with.',
  );
}
