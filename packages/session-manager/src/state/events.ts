import { errorText, type LeadMasterEvent } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import type { EventLog, StateStore } from './state-store.ts';

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

function logOf(rows: readonly { id: string; after_event: number }[], newest: number): EventLog {
  const formerly = rows.slice(1).map(({ after_event }, at) => ({ logId: rows[at]?.id ?? '', upTo: after_event }));
  return { logId: rows.at(-1)?.id ?? '', newest, formerly };
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

/** The log of what happened; its ids only grow and are the cursor of every reader. */
export function eventsTable({ db, write, read, addEvent }: Connection, announcer: Announcer): StateStore['events'] {
  const after = db.prepare<[number, number], Row>('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?');
  const afterOf = db.prepare<[string, number, number], Row>(
    'SELECT * FROM events WHERE session = ? AND id > ? ORDER BY id LIMIT ?',
  );
  // Not max(id): the newest id ever given stays the newest even if its row is gone.
  const last = db.prepare<[], number>(`SELECT seq FROM sqlite_sequence WHERE name = 'events'`).pluck();
  const oldest = db.prepare<[], number>('SELECT id FROM events ORDER BY id LIMIT 1').pluck();

  const logs = db.prepare<[], { id: string; after_event: number }>(
    'SELECT id, after_event FROM event_logs ORDER BY number',
  );
  const begin = db.prepare<[number]>('INSERT INTO event_logs (id, after_event) VALUES (lower(hex(randomblob(8))), ?)');
  const newest = (): number => last.get() ?? 0;

  return {
    append: (event) => write(() => addEvent(event)),
    after: (cursor, limit, session) =>
      read(() => (session === undefined ? after.all(cursor, limit) : afterOf.all(session, cursor, limit)).map(toEvent)),
    lastId: () => read(newest),
    log: () => read(() => logOf(logs.all(), newest())),
    beginLog: () => write(() => void begin.run(newest())),
    oldestId: () => read(() => oldest.get() ?? 0),
    subscribe: (listener) => announcer.subscribe(listener),
  };
}
