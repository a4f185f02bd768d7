import type { Migration } from './index.ts';

/**
 * What this machine knows of its snapshots beside what the vault itself says. None of it refers to `sessions`: snapshots
 * outlive the session, and the newest record seen of a vault must be remembered even when no session is left that uses it.
 *
 * `vault_heads` is what makes a vault that was rolled back noticed after a restart. `vault_facts` has who we are as a
 * writer, and which vault was ours: an empty folder in its place is then a disk that is not mounted, not a new vault.
 * `moved` has the generation under which a session left this machine: an older one must not come back.
 */
export const snapshots: Migration = {
  version: 2,
  name: 'snapshots',
  sql: `
    CREATE TABLE snapshots (
      session     TEXT NOT NULL,
      id          TEXT NOT NULL,
      at          TEXT NOT NULL,
      verified_at TEXT,
      verified    INTEGER CHECK (verified IN (0, 1)),
      PRIMARY KEY (session, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE snapshot_failures (
      session TEXT PRIMARY KEY,
      at      TEXT NOT NULL,
      code    TEXT NOT NULL,
      detail  TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE vault_heads (
      vault    TEXT NOT NULL,
      session  TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      id       TEXT NOT NULL,
      PRIMARY KEY (vault, session)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE vault_facts (
      name  TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE moved (
      session    TEXT PRIMARY KEY,
      generation INTEGER NOT NULL,
      at         TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
