import type { z } from 'zod';

/**
 * What becomes of a field of an answer where a tenant asks. `name`: the name of a session, without the tenant before it; what
 * has another's name in it is not told at all. `operator`: blank, for paths, machines, other sessions, and sentences that may
 * hold them. `word`: one of our words, such as a reason. `advice`: a hint and its actions, as far as the tenant can act on them.
 */
export type Seen = 'name' | 'operator' | 'word' | 'advice';

const marks = new WeakMap<z.ZodType, Seen>();

/** Marks a field of an answer where it is stated, around all else that is said of it. Without a mark a tenant is told it as it is. */
export function seenAs<S extends z.ZodType>(as: Seen, schema: S): S {
  marks.set(schema, as);
  return schema;
}

/** The mark of a field; null where it has none. */
export function seenOf(schema: z.ZodType): Seen | null {
  return marks.get(schema) ?? null;
}
