import type { Migration } from './index.ts';

/**
 * The size of sessions over time. A sample's key is its hour (`2026-01-31T10`): a later one of the same hour takes its place,
 * so that measuring often makes no history long. Both tables go with their session: a new one under the same name is
 * another profile, and does not grow from the old one's size.
 *
 * `storage_warnings` has the sessions whose size was warned of and has not come down since: a restart does not warn again.
 */
export const storage: Migration = {
  version: 3,
  name: 'storage',
  sql: `
    CREATE TABLE storage_samples (
      session   TEXT NOT NULL REFERENCES sessions (name) ON DELETE CASCADE,
      hour      TEXT NOT NULL,
      at        TEXT NOT NULL,
      bytes     INTEGER NOT NULL,
      critical  INTEGER NOT NULL,
      important INTEGER NOT NULL,
      optional  INTEGER NOT NULL,
      temporary INTEGER NOT NULL,
      PRIMARY KEY (session, hour)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE storage_warnings (
      session TEXT PRIMARY KEY REFERENCES sessions (name) ON DELETE CASCADE,
      at      TEXT NOT NULL,
      bytes   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
