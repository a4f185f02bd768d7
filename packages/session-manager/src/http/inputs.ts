import { sessionName } from '@leadmaster/protocol';
import { z } from 'zod';

/** Numbers in a query are decimal digits and nothing else: no "0x10", no "1e3", no empty text read as 0. */
function digitsToNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
}

/** A whole number in a query, between two limits. */
export function queryInteger(min: number, max: number): z.ZodPreprocess<z.ZodNumber> {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.preprocess(digitsToNumber, z.number({ error }).int({ error }).min(min, { error }).max(max, { error }));
}

/** `true` or `false` in a query. */
export const queryBoolean = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean({ error: 'must be true or false' }),
);

/** The path of everything below one session. */
export const sessionParams = z.strictObject({ session: sessionName });

/** For routes that read no query: anything there is a mistake worth telling. */
export const noQuery = z.strictObject({});

/** For POSTs that need no body: none, or an empty object. */
export const noBody = z.strictObject({}).nullish();

/** `?wait=SECONDS` */
export const waitSeconds = queryInteger(0, 600).default(0).describe('Seconds to wait at most; 0 unless told otherwise');

/** `?limit=` */
export function limit(standard: number): z.ZodDefault<z.ZodPreprocess<z.ZodNumber>> {
  return queryInteger(1, 1000).default(standard).describe(`How many at most; ${standard} unless told otherwise`);
}
