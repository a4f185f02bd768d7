import { z } from 'zod';
import { sessionName } from './names.ts';

const time = z.iso.datetime();

/** A data folder's place, as people know it: where it was when a service ran on it, since when, and on which machine. */
export const placeSeen = z.object({ path: z.string(), host: z.string(), since: time });
export type PlaceSeen = z.infer<typeof placeSeen>;

/** Whether a changed place has the path of the previous one: the folder was restored from a backup, or its disk replaced by a copy. */
export function isPutBack(before: PlaceSeen, now: PlaceSeen): boolean {
  return before.path === now.path && before.host === now.host;
}

/** Where the data folder is, where it was before, and which sessions wait because of that. */
export const place = z.object({
  now: placeSeen,
  /** The previous place, where the sessions may still run; null while the folder is where it was. */
  before: placeSeen.nullable(),
  /** False where the file system does not tell a copy from the folder itself: then nothing waits. */
  readable: z.boolean(),
  waiting: z.array(sessionName),
});
export type Place = z.infer<typeof place>;

/** The operator confirms that the previous place never runs the sessions again. `sessions`: without it, all that wait. */
export const acceptPlace = z.strictObject({
  originRetired: z.literal(true),
  sessions: z.array(sessionName).min(1).optional(),
});
export type AcceptPlace = z.infer<typeof acceptPlace>;

/** `started`: those that were to run; `waiting`: those that still wait, for this or another word. */
export const acceptedPlace = z.object({
  accepted: z.array(sessionName),
  started: z.array(sessionName),
  place,
});
export type AcceptedPlace = z.infer<typeof acceptedPlace>;
