import { z } from 'zod';

/** Whether a text has no control character: none has a place in a name, and PostgreSQL takes no NUL. */
export function isPlain(text: string): boolean {
  return !/\p{Cc}/u.test(text);
}

const RULE = { error: 'must have no control characters, such as NUL or line breaks' };

/** A line of text that people write: a title, a name, what is searched for. */
export function plainText({ min = 0, max }: { min?: number; max: number }): z.ZodString {
  return z.string().min(min).max(max).refine(isPlain, RULE);
}

/** The same of each key and value of a record of texts. */
export function plainRecord<S extends z.ZodType<Record<string, string>>>(schema: S): S {
  return schema.refine((record) => Object.entries(record).flat().every(isPlain), RULE);
}
