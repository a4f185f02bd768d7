import type { Connection } from './connection.ts';
import type { StateStore } from './state-store.ts';

/**
 * What an event takes in the database, in SQL: its texts, and about 90 bytes for its numbers, its row and its entries in the two
 * indexes. Free room of the pages comes on top.
 */
export const EVENT_BYTES = '(90 + octet_length(session) + octet_length(type) + octet_length(at) + octet_length(data))';

/** What all events together took that were ever written, in SQL. The newest row always stays. */
export const LOG_BYTES = `coalesce((SELECT bytes_before + ${EVENT_BYTES} FROM events ORDER BY id DESC LIMIT 1), 0)`;

/** How many events are kept after a cursor, their bytes, and the time of the oldest. */
export function measuring({ db, read }: Pick<Connection, 'db' | 'read'>): StateStore['events']['measure'] {
  const ends = db.prepare<[number], { id: number; at: string; bytes_before: number; newest: number; total: number }>(
    `SELECT id, at, bytes_before, (SELECT max(id) FROM events) AS newest, ${LOG_BYTES} AS total
     FROM events WHERE id > ? ORDER BY id LIMIT 1`,
  );
  return (cursor) =>
    read(() => {
      const found = ends.get(cursor);
      if (found === undefined) return { events: 0, bytes: 0, since: null };
      const { id, at, bytes_before, newest, total } = found;
      return { events: newest - id + 1, bytes: total - bytes_before, since: at };
    });
}
