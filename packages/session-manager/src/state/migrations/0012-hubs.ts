import type { Migration } from './index.ts';

/**
 * Who reads the log of events for good, and what it costs to keep events for them.
 *
 * `hubs.confirmed`: the newest event that a hub has stored. `events.bytes_before`: what all events before this one took, so that
 * the size of any part of the log is a difference of two rows. Events go from the oldest on, so that no id is missing between
 * two that are kept; `event_gaps` has, for each session, the newest of its events that went. What went before there was such a
 * table may have been of any session. `event_drops`: the newest event that went although a hub had not confirmed it; 0: none.
 */
export const hubs: Migration = {
  version: 12,
  name: 'hubs',
  sql: `
    CREATE TABLE hubs (
      id            TEXT PRIMARY KEY,
      confirmed     INTEGER NOT NULL,
      registered_at TEXT NOT NULL,
      seen_at       TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE events ADD COLUMN bytes_before INTEGER NOT NULL DEFAULT 0;
    UPDATE events SET bytes_before = before.bytes FROM (
      SELECT id, coalesce(sum(90 + octet_length(session) + octet_length(type) + octet_length(at) + octet_length(data))
        OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes
      FROM events
    ) AS before WHERE before.id = events.id;

    CREATE TABLE event_gaps (
      session TEXT PRIMARY KEY,
      up_to   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO event_gaps
      SELECT name, (SELECT min(id) FROM events) - 1 FROM (SELECT name FROM sessions UNION SELECT session FROM events)
      WHERE (SELECT min(id) FROM events) > 1;

    CREATE TABLE event_drops (up_to INTEGER NOT NULL) STRICT;
    INSERT INTO event_drops VALUES (0);
  `,
};
