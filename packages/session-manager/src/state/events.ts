import { errorText, type LeadMasterEvent } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import { measuring } from './event-bytes.ts';
import type { EventLog } from './rows.ts';
import type { StateStore } from './state-store.ts';

interface Row {
  id: number;
  session: string;
  type: string;
  at: string;
  data: string;
}

/** As it was written: by this version, or by an earlier one, whose data may lack a field. */
function toEvent(row: Row): LeadMasterEvent {
  return { ...row, data: JSON.parse(row.data) } as LeadMasterEvent;
}

/** Tells events to the listeners: in order of their ids, one after the other, also when a listener writes meanwhile. */
export class Announcer {
  readonly #listeners = new Set<(event: LeadMasterEvent) => void>();
  readonly #queue: LeadMasterEvent[] = [];
  #telling = false;
  readonly #onFailure: (detail: string) => void;

  constructor(onFailure: (detail: string) => void) {
    this.#onFailure = onFailure;
  }

  subscribe(listener: (event: LeadMasterEvent) => void): () => void {
    // Wrapped, so that the same function given twice is two subscriptions.
    const entry = (event: LeadMasterEvent): void => listener(event);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  tell(events: readonly LeadMasterEvent[]): void {
    this.#queue.push(...events);
    // A listener that writes adds to the queue; it is told after the present event has reached all listeners.
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        for (const listener of [...this.#listeners]) this.#tellOne(listener, event);
      }
    } finally {
      this.#telling = false;
    }
  }

  #tellOne(listener: (event: LeadMasterEvent) => void, event: LeadMasterEvent): void {
    try {
      if (this.#listeners.has(listener)) listener(event);
    } catch (error) {
      this.#onFailure(`event ${event.id} (${event.type}): ${errorText(error)}`);
    }
  }
}

const COLUMNS = 'id, session, type, at, data';

/**
 * The log of what happened; its ids only grow and are the cursor of every reader.
 *
 * No reader passes over an event that is written late: SQLite has one writer at a time, an id is given inside its transaction, and
 * the next transaction begins after its commit (`BEGIN IMMEDIATE`), so ids are in the order of commits. What is undone gives its
 * ids back with it (`sqlite_sequence` is a table like others), so none is missing either.
 */
export function eventsTable(connection: Connection, announcer: Announcer): StateStore['events'] {
  const { db, write, read, addEvent } = connection;
  const after = db.prepare<[number, number], Row>(`SELECT ${COLUMNS} FROM events WHERE id > ? ORDER BY id LIMIT ?`);
  const afterOf = db.prepare<[string, number, number], Row>(
    `SELECT ${COLUMNS} FROM events WHERE session = ? AND id > ? ORDER BY id LIMIT ?`,
  );
  const { newest, log, begin } = eventLog(connection);
  const gapAfter = eventGaps(connection);
  return {
    append: (event) => write(() => addEvent(event)),
    after: (cursor, limit, session) =>
      read(() => (session === undefined ? after.all(cursor, limit) : afterOf.all(session, cursor, limit)).map(toEvent)),
    gapAfter: (cursor, session) => read(() => gapAfter(cursor, session)),
    measure: measuring(connection),
    lastId: () => read(newest),
    log: () => read(log),
    beginLog: () => write(begin),
    subscribe: (listener) => announcer.subscribe(listener),
  };
}

/** The identity of the log, and which of its events are kept. */
function eventLog({ db }: Connection) {
  // Not max(id): the newest id ever given stays the newest even if its row is gone.
  const last = db.prepare<[], number>(`SELECT seq FROM sqlite_sequence WHERE name = 'events'`).pluck();
  const oldest = db.prepare<[], number>('SELECT id FROM events ORDER BY id LIMIT 1').pluck();
  const logs = db.prepare<[], { id: string; after_event: number }>(
    'SELECT id, after_event FROM event_logs ORDER BY number',
  );
  const add = db.prepare<[number]>('INSERT INTO event_logs (id, after_event) VALUES (lower(hex(randomblob(8))), ?)');
  const newest = (): number => last.get() ?? 0;
  const log = (): EventLog => {
    const rows = logs.all();
    const formerly = rows.slice(1).map(({ after_event }, at) => ({ logId: rows[at]?.id ?? '', upTo: after_event }));
    return { logId: rows.at(-1)?.id ?? '', oldest: oldest.get() ?? 0, newest: newest(), formerly };
  };
  return { newest, log, begin: () => void add.run(newest()) };
}

/** What stands in place of events that are no longer kept. */
function eventGaps({ db }: Connection): StateStore['events']['gapAfter'] {
  const first = db.prepare<[], { id: number; at: string }>('SELECT id, at FROM events ORDER BY id LIMIT 1');
  const ofSession = db.prepare<[string], number>('SELECT up_to FROM event_gaps WHERE session = ?').pluck();
  const dropped = db.prepare<[], number>('SELECT up_to FROM event_drops').pluck();
  return (cursor, session) => {
    const oldest = first.get();
    if (oldest === undefined) return null;
    const to = session === undefined ? oldest.id - 1 : (ofSession.get(session) ?? 0);
    if (to <= cursor) return null;
    const reason = cursor < (dropped.get() ?? 0) ? 'limit' : 'retention';
    return { id: to, session: '', type: 'events.gap', at: oldest.at, data: { from: cursor + 1, to, reason } };
  };
}
