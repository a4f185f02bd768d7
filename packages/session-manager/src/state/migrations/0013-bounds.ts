import type { Migration } from './index.ts';

/**
 * What bounds sessions. `sessions.sending`: the session's own word; `expected_phone`: the one number that may be linked, null: any.
 * `hub_words`: what each hub says of the whole machine and of tenants (JSON), all of it at a time, by its revision; the stricter
 * holds, and a word outlives its hub. `former_bounds`: of sessions that were deleted, so that a login that comes back under its
 * name brings no more than it left with.
 */
export const bounds: Migration = {
  version: 13,
  name: 'bounds',
  sql: `
    ALTER TABLE sessions ADD COLUMN sending TEXT NOT NULL DEFAULT 'on' CHECK (sending IN ('on', 'off'));
    ALTER TABLE sessions ADD COLUMN expected_phone TEXT;

    CREATE TABLE hub_words (
      hub      TEXT PRIMARY KEY,
      revision INTEGER NOT NULL,
      machine  TEXT NOT NULL CHECK (machine IN ('on', 'off')),
      tenants  TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE former_bounds (
      session        TEXT PRIMARY KEY,
      sending        TEXT NOT NULL CHECK (sending IN ('on', 'off')),
      expected_phone TEXT
    ) STRICT, WITHOUT ROWID;
  `,
};
