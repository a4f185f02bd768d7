import type { EventPage, LeadMasterEvent } from '@leadmaster/protocol';
import { Alarm } from '@leadmaster/service-kit/wait';
import type { StateStore } from '../state/state-store.ts';

type Events = StateStore['events'];
const BATCH = 500;

/** The events after a cursor; with none there yet, waits for the first. An abort ends the wait, not the answer. */
export async function pageOfEvents(
  events: Events,
  query: { session?: string; after: number; limit: number; waitMs: number; signal: AbortSignal },
): Promise<EventPage> {
  const read = () => events.after(query.after, query.limit, query.session);
  let items = read();
  if (items.length === 0 && query.waitMs > 0) {
    await nextEvent(events, query);
    items = read();
  }
  // Past what other sessions wrote meanwhile: a quiet session's cursor moves on as well.
  const last = items.at(-1)?.id ?? Math.max(query.after, query.session === undefined ? 0 : newestSeen(events, query));
  return { items, cursor: last, oldest: events.oldestId(), logId: events.log().logId };
}

function newestSeen(events: Events, query: { session?: string; after: number }): number {
  const newest = events.lastId();
  return events.after(query.after, 1, query.session).length === 0 ? newest : query.after;
}

async function nextEvent(
  events: Events,
  query: { session?: string; after: number; waitMs: number; signal: AbortSignal },
): Promise<void> {
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
  query: { session?: string; after: number; signal: AbortSignal },
): AsyncGenerator<LeadMasterEvent> {
  let after = query.after;
  while (!query.signal.aborted) {
    const page = await pageOfEvents(events, { ...query, after, limit: BATCH, waitMs: 60_000 });
    for (const event of page.items) {
      if (query.signal.aborted) return;
      yield event;
    }
    after = page.cursor;
  }
}
