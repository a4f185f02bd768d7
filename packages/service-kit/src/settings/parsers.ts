import { isIP } from 'node:net';
import { z } from 'zod';

/**
 * One setting: how its text is read, and what it may be. `rule` completes the sentence "it may be ...".
 * `schema` takes the text as given and refuses with any message; the rule is what the reader sees.
 */
export interface Variable<T> {
  rule: string;
  schema: z.ZodType<T, string>;
}

/** A setting that a schema reads. */
export function variable<T>(rule: string, schema: z.ZodType<T, string>): Variable<T> {
  return { rule, schema };
}

const decimal = z.string().regex(/^\d+(\.\d+)?$/);

/** Seconds as text, milliseconds when read. */
export function seconds(min: number, max: number): Variable<number> {
  const schema = decimal
    .transform((text) => Number(text) * 1000)
    .pipe(
      z
        .number()
        .min(min * 1000)
        .max(max * 1000),
    );
  return variable(`a number of seconds from ${min} to ${max}, fractions allowed`, schema);
}

/** `what` is counted, and begins the rule. */
export function whole(min: number, max: number, what: string): Variable<number> {
  const schema = z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
  return variable(`${what}, a whole number from ${min} to ${max}`, schema);
}

/** One of a few words. */
export function oneOf<const T extends string>(options: readonly T[]): Variable<T> {
  return variable(options.map((option) => `"${option}"`).join(' or '), z.enum(options) as z.ZodType<T, string>);
}

/** A number, or "off" for never: read as null. */
export function offOr(number: Variable<number>): Variable<number | null> {
  const off = z.literal('off').transform(() => null);
  return variable(`"off", or ${number.rule}`, z.union([off, number.schema]));
}

/** A folder or file; relative ones start at the checkout. */
export const path = variable(
  'the path of a folder or file',
  z.string().refine((text) => !text.includes('\0')),
);
/** A key or token. */
export const secret = variable('visible ASCII characters without spaces', z.string().regex(/^[\x21-\x7e]{1,512}$/));

/** A name whose last part is a number is an address with a slip in it, such as 999.1.1.1 (RFC 1123, 2.1). */
function isHostName(text: string): boolean {
  return /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text) && !/(^|\.)\d+$/.test(text);
}

/** An address to listen on. */
export const host = variable(
  'an IP address or a host name to listen on, such as 127.0.0.1',
  z.string().refine((text) => isIP(text) !== 0 || isHostName(text)),
);

/** What a parser makes of a text; its error says why it makes nothing of it. */
export function parsed<T>(rule: string, parse: (text: string) => T): Variable<T> {
  const schema = z.string().transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
  return variable(rule, schema);
}
