import type { Migration } from './index.ts';

/**
 * Which log the events belong to. A reader tells of which log its cursor is, so that one of another database, whose numbers
 * look the same, is refused. The last row is the log that is written now. `after_event`: the newest event when it began. Up
 * to there it has the events of the log before it: a data folder that is found to be a copy continues under an identity of its own.
 */
export const eventLogs: Migration = {
  version: 11,
  name: 'event-logs',
  sql: `
    CREATE TABLE event_logs (
      number      INTEGER PRIMARY KEY,
      id          TEXT NOT NULL UNIQUE,
      after_event INTEGER NOT NULL
    ) STRICT;

    INSERT INTO event_logs (id, after_event) VALUES (lower(hex(randomblob(8))), 0);
  `,
};
