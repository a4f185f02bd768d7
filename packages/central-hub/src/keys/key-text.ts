import { createHash, randomInt, timingSafeEqual } from 'node:crypto';

const SMALL = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ALL = `${SMALL}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
const FORM = /^lm_([a-z0-9]{12})_([A-Za-z0-9]{40})$/;

/** A key as its bearer has it: letters and digits alone, so that a double click takes all of it. */
export interface KeyText {
  /** May be shown, and finds the record. */
  id: string;
  /** 40 letters and digits, 238 bits. */
  secret: string;
}

export function newKey(): KeyText {
  return { id: randomText(SMALL, 12), secret: newSecret() };
}

/** A secret that nothing finds but itself: 40 letters and digits, 238 bits. */
export function newSecret(): string {
  return randomText(ALL, 40);
}

export function writeKey({ id, secret }: KeyText): string {
  return `lm_${id}_${secret}`;
}

/** The parts of a presented key; null where it cannot be one. */
export function parseKey(text: string): KeyText | null {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** What the store keeps. The secret is random and long: a plain digest of it cannot be searched through. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** Whether a secret is the one of this hash, in a time that tells nothing of it. */
export function fits(secret: string, hash: Buffer): boolean {
  const presented = hashOf(secret);
  return hash.length === presented.length && timingSafeEqual(hash, presented);
}

function randomText(letters: string, length: number): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}
