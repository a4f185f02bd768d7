import { z } from 'zod';

/** Types of the events this version writes. Readers must pass over types they do not know. */
export const EVENT_TYPES = [
  'session.created',
  'session.state',
  'session.qr',
  'session.deleted',
  'session.restored',
  'session.moved',
  'session.storage',
  'session.trimmed',
  'disk.low',
  'snapshot.created',
  'snapshot.failed',
  'snapshot.verified',
  'snapshot.forgotten',
  'message.received',
  'message.sent',
  'message.ack',
  'message.failed',
  'contact.mapped',
  'session.account',
  'session.limits',
  'session.capabilities',
  'session.attention',
  'build.seen',
  'build.verdict',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** One line of a manager's log. `id` only grows; it is the cursor. */
export const event = z.object({
  id: z.number().int(),
  session: z.string(),
  type: z.string(),
  at: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});
export type Event = z.infer<typeof event>;

/** A page of events; pass `cursor` as `after` to go on. `oldest` is the first id still kept: a cursor below it has missed some. */
export const eventPage = z.object({ items: z.array(event), cursor: z.number().int(), oldest: z.number().int() });
export type EventPage = z.infer<typeof eventPage>;
