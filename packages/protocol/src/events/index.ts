import { z } from 'zod';
import { buildEvents } from './builds.ts';
import { logId } from './cursor.ts';
import { logEvents } from './log.ts';
import { messageEvents } from './messages.ts';
import { sessionEvents } from './sessions.ts';
import { snapshotEvents } from './snapshots.ts';
import type { EventStatement } from './statement.ts';
import { storageEvents } from './storage.ts';

export { MACHINES_TURNED } from './comments.ts';
export { eventCursor } from './cursor.ts';
export { cursorOf, cursorText, type EventCursor } from './cursor-text.ts';
export type { EventStatement } from './statement.ts';

/** Every event that this version writes, by its type. Readers pass over types and fields that they do not know. */
export const EVENTS = {
  ...sessionEvents,
  ...storageEvents,
  ...snapshotEvents,
  ...messageEvents,
  ...buildEvents,
  ...logEvents,
};

export type EventType = keyof typeof EVENTS;
export const EVENT_TYPES = Object.keys(EVENTS) as readonly EventType[];

/** The `data` of an event of this type. */
export type EventData<T extends EventType> = z.output<(typeof EVENTS)[T]['data']>;

/** One line of a log, of this type. `id` only grows; it is the cursor. `session` is empty where no one session is meant. */
export interface EventOf<T extends EventType> {
  id: number;
  session: string;
  type: T;
  at: string;
  data: EventData<T>;
}

/**
 * One line of a log: what happened, by `type`. A newer service may tell of types that this version does not know, and an
 * earlier one may have left out fields: a reader passes over the first and leans on no field that it can do without.
 */
export type LeadMasterEvent = { [T in EventType]: EventOf<T> }[EventType];

/** What is written down of an event; the log adds its id and time. */
export type NewEvent = { [T in EventType]: Pick<EventOf<T>, 'session' | 'type' | 'data'> }[EventType];

/** The same of an event whose session is known from elsewhere. */
export type SessionNews = { [T in EventType]: Pick<EventOf<T>, 'type' | 'data'> }[EventType];

const line = z.object({
  id: z.number().int().describe('Its number in the log; it only grows'),
  session: z.string().describe('The session; empty where no one session is meant'),
  type: z.string().describe('What happened'),
  at: z.iso.datetime().describe('When it was written down'),
});

const known = Object.entries<EventStatement>(EVENTS).map(([type, { doc, data }]) =>
  line.extend({ type: z.literal(type), data }).meta({ title: type, description: doc }),
);

/** Of another version: its data may be anything. */
const ofAnotherVersion = line
  .extend({ data: z.record(z.string(), z.unknown()) })
  .meta({ title: 'another', description: 'An event of another version of LeadMaster' });

/** One event of any type, for a reader that asks for its fields by name. */
export type AnyEvent = z.infer<typeof ofAnotherVersion>;

/** Reads one line of a log; what another version has written is taken as it is. */
export const event = z.union([...known, ofAnotherVersion]) as unknown as z.ZodType<LeadMasterEvent>;

/**
 * A page of events; pass `cursor` as `after` to go on, best with the log (`cursorText`). `oldest` is the first id still kept: a
 * cursor below it has missed some.
 */
export const eventPage = z.object({
  items: z.array(event),
  cursor: z.number().int(),
  oldest: z.number().int(),
  /** The identity of the log; ids of another log say nothing here. */
  logId,
});
export type EventPage = z.infer<typeof eventPage>;
