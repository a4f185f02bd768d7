import { recording } from '@leadmaster/protocol';
import { z } from 'zod';

/** Every word that a recording may hold, as the schema says it. */
const WORDS: string = JSON.stringify(z.toJSONSchema(recording));

/** What may stand in a recording besides the schema's own words. */
const PATTERNS = [/^\$[0-9]{1,2}$/, /^20[0-9]{2}-[01][0-9]-[0-3][0-9]$/, /^[0-9]{1,4}(\.[0-9]{1,5}){2,3}$/];

/** Keys of a value and what stands at its ends, at any depth. */
function leavesOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.entries(value).flatMap(([key, inner]) => [...(Array.isArray(value) ? [] : [key]), ...leavesOf(inner)]);
}

/** Strings of a recording that are no word of ours. */
export function strangersIn(file: unknown): string[] {
  return leavesOf(file)
    .filter((leaf) => typeof leaf === 'string')
    .filter((text) => !WORDS.includes(JSON.stringify(text)) && !PATTERNS.some((pattern) => pattern.test(text)));
}

/**
 * Every part, four characters long, of what a value holds: its strings, keys and numbers, each alone. The marks that
 * JSON puts between them stand in every file, and in some secret by chance.
 */
export function partsWithin(value: unknown): Set<string> {
  return new Set(leavesOf(value).flatMap((leaf) => [...partsOf(String(leaf))]));
}

function partsOf(text: string): Set<string> {
  return new Set(Array.from({ length: Math.max(0, text.length - 3) }, (_, at) => text.slice(at, at + 4)));
}

const OURS = partsOf(WORDS);

/** Parts of a secret, of four characters, that a text holds and that are no part of our own words. */
export function leaksOf(secret: string, text: Set<string>): string[] {
  return [...partsOf(secret)].filter((part) => text.has(part) && !OURS.has(part));
}
