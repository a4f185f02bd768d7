import { LeadMasterError } from '@leadmaster/protocol';

/** What S3 allows, less what a store's own prefix may take. */
const MAX_KEY = 512;
const SEGMENT = /^[a-z0-9_-][a-z0-9._-]*$/;
const PREFIX = /^[a-z0-9._/-]*$/;
const RULE =
  'A key is a path such as "session/packs/0af3": segments of a-z 0-9 . _ - joined by single slashes, none of which ' +
  `begins with a dot, at most ${MAX_KEY} characters in all.`;

/** Refuses what is not a key, before any store has seen it: a key is a path on some, and must never lead outside. */
export function checkKey(key: string): void {
  if (!isKey(key)) throw new LeadMasterError('invalid_request', `${JSON.stringify(key)} is not a store key.`, RULE);
}

export function isKey(key: string): boolean {
  return key.length <= MAX_KEY && key.split('/').every((segment) => SEGMENT.test(segment));
}

/** A prefix is the beginning of keys, so it may end anywhere; the empty one begins them all. */
export function checkPrefix(prefix: string): void {
  const inside = prefix.startsWith('/') || /(^|\/)\.|\/\//.test(prefix);
  if (prefix.length <= MAX_KEY && PREFIX.test(prefix) && !inside) return;
  throw new LeadMasterError('invalid_request', `${JSON.stringify(prefix)} is not the beginning of a store key.`, RULE);
}
