import { z } from 'zod';

/** How far a reader knows a log: the number of its last event, and which log, if known. */
export interface EventCursor {
  id: number;
  logId: string | null;
}

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

/** A cursor with its log, as `after` and `Last-Event-ID` take it. */
export function cursorText(id: number, log: string): string {
  return `${id}@${log}`;
}

/** Reads what {@link eventCursor} allows. */
export function cursorOf(sent: number | string): EventCursor {
  const [id = '', log = null] = String(sent).split('@');
  return { id: Number(id), logId: log };
}
