import { recording } from '@leadmaster/protocol';
import { z } from 'zod';

/** Every word that a recording may hold, as the schema says it. */
const WORDS: string = JSON.stringify(z.toJSONSchema(recording));

/** What may stand in a recording besides the schema's own words. */
const PATTERNS = [/^\$[0-9]{1,2}$/, /^20[0-9]{2}-[01][0-9]-[0-3][0-9]$/, /^[0-9]{1,4}(\.[0-9]{1,5}){2,3}$/];

/** Strings of a value, at any depth, its keys included. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...(Array.isArray(value) ? [] : [key]), ...stringsIn(inner)]);
}

/** Strings of a recording that are no word of ours. */
export function strangersIn(file: unknown): string[] {
  return stringsIn(file).filter(
    (text) => !WORDS.includes(JSON.stringify(text)) && !PATTERNS.some((pattern) => pattern.test(text)),
  );
}

/** Every part of a text that is four characters long. */
export function partsOf(text: string): Set<string> {
  return new Set(Array.from({ length: Math.max(0, text.length - 3) }, (_, at) => text.slice(at, at + 4)));
}

const OURS = partsOf(WORDS);

/** Parts of a secret, of four characters, that a text holds and that are no part of our own words. */
export function leaksOf(secret: string, text: Set<string>): string[] {
  return [...partsOf(secret)].filter((part) => text.has(part) && !OURS.has(part));
}
