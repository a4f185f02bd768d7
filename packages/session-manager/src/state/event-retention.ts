import type { Connection } from './connection.ts';
import { LOG_BYTES } from './event-bytes.ts';

/** What may go by age and count, and how much is kept beyond that for hubs. */
interface EventLimits {
  /** So many events stay. */
  count: number;
  /** Events since this moment stay, in ISO 8601. */
  since: string;
  /** What a hub has not confirmed stays, while the log has at most so many bytes from there on. */
  keepBytes: number;
}

/**
 * Removes old events within the running transaction, from the oldest on and never the newest: what is kept has no hole, so that the
 * oldest id tells a reader of the log whether its cursor has missed some. An event whose time is wrong therefore stays until those
 * before it may go. Returns the number of rows removed.
 */
export function eventRetention(connection: Connection): (limits: EventLimits) => number {
  const { db } = connection;
  const ends = db.prepare<[], { oldest: number | null; newest: number | null }>(
    'SELECT (SELECT min(id) FROM events) AS oldest, (SELECT max(id) FROM events) AS newest',
  );
  // `+at`: read in the order of ids up to the first hit, where the index of times would be read whole.
  const young = db
    .prepare<[number, string], number>('SELECT id FROM events WHERE id <= ? AND +at >= ? ORDER BY id LIMIT 1')
    .pluck();
  const confirmed = db.prepare<[], number | null>('SELECT min(confirmed) FROM hubs').pluck();
  const beyond = sizeLimit(connection);
  const note = db.prepare<[number]>(
    `INSERT INTO event_gaps (session, up_to) SELECT session, max(id) FROM events WHERE id <= ? GROUP BY session
     ON CONFLICT (session) DO UPDATE SET up_to = excluded.up_to`,
  );
  const remove = db.prepare<[number]>('DELETE FROM events WHERE id <= ?');
  const drop = db.prepare<[number]>('UPDATE event_drops SET up_to = ?');

  return ({ count, since, keepBytes }) => {
    const { oldest, newest } = ends.get() ?? { oldest: null, newest: null };
    if (oldest === null || newest === null) return 0;
    const held = confirmed.get() ?? newest;
    const free = held >= newest ? newest : Math.max(held, beyond(keepBytes, oldest, newest));
    const tooOld = (young.get(free, since) ?? free + 1) - 1;
    const upTo = Math.min(free, newest - 1, Math.max(newest - Math.max(1, count), tooOld));
    if (upTo < oldest) return 0;
    note.run(upTo);
    if (upTo > held) drop.run(upTo);
    return remove.run(upTo).changes;
  };
}

/** The newest event that has to go so that no more than so many bytes are left. Found by halving: a log may have millions. */
function sizeLimit({ db }: Connection): (bytes: number, oldest: number, newest: number) => number {
  const total = db.prepare<[], number>(`SELECT ${LOG_BYTES}`).pluck();
  const before = db
    .prepare<[number], number>('SELECT bytes_before FROM events WHERE id >= ? ORDER BY id LIMIT 1')
    .pluck();
  return (bytes, oldest, newest) => {
    const limit = (total.get() ?? 0) - bytes;
    let [low, high] = [oldest, newest];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((before.get(middle) ?? 0) >= limit) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  };
}
