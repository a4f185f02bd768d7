import { z } from 'zod';
import { cursorOf } from './cursor-text.ts';

/** What a log is known by. Made with its database. */
export const logId = z.string().regex(/^[0-9a-f]{16}$/);

const CURSOR_RULE = 'must be the number of an event, alone or with its log: 42, 42@9c1f04ab27d35e60';

/** A cursor as it is sent: `42`, or with its log `42@9c1f04ab27d35e60`. */
export const eventCursor = z.union(
  [
    z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
    z
      .string()
      .regex(/^\d{1,16}(@[0-9a-f]{16})?$/)
      .refine((text) => Number.isSafeInteger(cursorOf(text).id)),
  ],
  { error: CURSOR_RULE },
);
