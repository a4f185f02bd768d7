import { ownName, tenantOf } from '../name-rules.ts';
import { wordOf } from '../word-of.ts';

/** Reasons and codes that would tell a tenant of a session that is not its own, and what is said instead. */
const INSTEAD: Readonly<Record<string, string>> = { linked_elsewhere: 'number_refused' };

/** A reason, a code, or a name such as `send: newId`: no sentence, path, or name with a tenant in it. */
const WORD = /^[A-Za-z]\w{0,63}(:? \w{1,64}){0,2}$/;

/** A word of ours, as a tenant is told it; empty for what is none. */
export function wordForTenant(word: unknown): string {
  if (typeof word !== 'string' || !WORD.test(word)) return '';
  return wordOf(INSTEAD, word) ?? word;
}

/** What a tenant calls a session of its own; null for every other session. */
export function nameForTenant(name: unknown, tenant: string): string | null {
  return typeof name === 'string' && tenantOf(name) === tenant ? ownName(name) : null;
}
