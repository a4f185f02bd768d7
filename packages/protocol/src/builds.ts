import { z } from 'zod';

const time = z.iso.datetime();

/** What is thought of a build of WhatsApp Web: `good` was READY and stood the test of time, `canary` is on trial with one session. */
export const BUILD_VERDICTS = ['unknown', 'canary', 'good', 'bad'] as const;
export type BuildVerdict = (typeof BUILD_VERDICTS)[number];

/** One build of WhatsApp Web that this machine has seen. */
export const build = z.object({
  build: z.string(),
  /** How many sessions run on it now. */
  sessions: z.number().int(),
  firstSeenAt: time,
  lastReadyAt: time.nullable(),
  verdict: z.enum(BUILD_VERDICTS),
  reason: z.string(),
  /** The highest number of the message database that its page may open; null when its page was not kept. */
  schema: z.number().int().nullable(),
  /** Its page is kept here, and whole, so that it can be pinned. */
  kept: z.boolean(),
});
export type Build = z.infer<typeof build>;

export const buildList = z.object({ items: z.array(build) });
