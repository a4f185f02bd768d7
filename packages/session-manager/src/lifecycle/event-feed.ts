import type { EventPage, LeadMasterEvent } from '@leadmaster/protocol';
import { Alarm } from '@leadmaster/service-kit/wait';
import type { StateStore } from '../state/state-store.ts';

type Events = StateStore['events'];
const BATCH = 500;

/** Which events of the log. `session` left out: of all sessions. */
interface EventsQuery {
  session?: string;
  after: number;
  limit: number;
}

interface PageQuery extends EventsQuery {
  waitMs: number;
  signal: AbortSignal;
}

/**
 * The events after a cursor; with none there yet, waits for the first. An abort ends the wait, not the answer. What is no longer
 * kept has `events.gap` in its place.
 */
export async function pageOfEvents(events: Events, query: PageQuery): Promise<EventPage> {
  const items = await eventsAfter(events, query);
  // Past what other sessions wrote meanwhile: a quiet session's cursor moves on as well.
  const last = items.at(-1)?.id ?? Math.max(query.after, query.session === undefined ? 0 : newestSeen(events, query));
  const { oldest, logId } = events.log();
  return { items, cursor: last, oldest, logId };
}

async function eventsAfter(events: Events, query: PageQuery): Promise<LeadMasterEvent[]> {
  const items = readAfter(events, query);
  if (items.length > 0 || query.waitMs <= 0) return items;
  await nextEvent(events, query);
  return readAfter(events, query);
}

/** What is kept, behind what is said of that which is not: both of one moment, since nothing else runs in between. */
function readAfter(events: Events, { after, limit, session }: EventsQuery): LeadMasterEvent[] {
  const gap = events.gapAfter(after, session);
  if (gap === null) return events.after(after, limit, session);
  return [gap, ...events.after(gap.id, limit - 1, session)];
}

function newestSeen(events: Events, query: { session?: string; after: number }): number {
  const newest = events.lastId();
  return events.after(query.after, 1, query.session).length === 0 ? newest : query.after;
}

async function nextEvent(events: Events, query: PageQuery): Promise<void> {
  const alarm = new Alarm();
  const unsubscribe = events.subscribe((event) => {
    if (query.session === undefined || event.session === query.session) alarm.ring();
  });
  try {
    // Between the caller's read and the subscription one may have come.
    if (events.after(query.after, 1, query.session).length > 0) return;
    await alarm.sleep(query.waitMs, query.signal);
  } finally {
    unsubscribe();
  }
}

/** Every event after a cursor, read from the disk in order, then as they come, until the signal aborts. */
export async function* followEvents(
  events: Events,
  query: { after: number; signal: AbortSignal },
): AsyncGenerator<LeadMasterEvent> {
  let { after } = query;
  while (!query.signal.aborted) {
    const items = await eventsAfter(events, { ...query, after, limit: BATCH, waitMs: 60_000 });
    for (const event of items) {
      if (query.signal.aborted) return;
      yield event;
      after = event.id;
    }
  }
}
