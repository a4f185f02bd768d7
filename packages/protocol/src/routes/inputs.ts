import { z } from 'zod';
import { PASSPHRASE_HEADER } from '../http-words.ts';
import { sessionName, snapshotId } from '../names.ts';

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

/** The path of everything below one snapshot. */
export const snapshotParams = sessionParams.extend({
  snapshot: snapshotId,
});

/** For routes that read nothing there: anything that is sent is a mistake worth telling. */
export const nothingRead = z.strictObject({});

/** For POSTs that need no body: none, or an empty object. */
export const noBody = nothingRead.nullish();

/** `?wait=SECONDS` */
export const waitSeconds = queryInteger(0, 600).default(0).describe('Seconds to wait at most; 0 unless told otherwise');

/** `?limit=` */
export function limit(standard: number): z.ZodDefault<z.ZodPreprocess<z.ZodNumber>> {
  return queryInteger(1, 1000).default(standard).describe(`How many at most; ${standard} unless told otherwise`);
}

/** What may stand in `Idempotency-Key`. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, '1 to 255 printable ASCII characters')
  .optional()
  .describe(
    'Repeating a request with the same key sends once. What has failed and was certainly not sent (`recipient_unknown`, ' +
      '`not_handed_over`) goes again',
  );

/** Not checked here, so that no message about it repeats any of it. */
export const passphraseHeaders = z.looseObject({
  [PASSPHRASE_HEADER]: z
    .string()
    .optional()
    .describe(
      'The passphrase, at least 12 characters; percent-encoded as UTF-8 where it has anything but letters and digits',
    ),
});
