import type { Migration } from './index.ts';

/**
 * The builds of WhatsApp Web that this machine has seen, and what became of sessions on them.
 *
 * `knobs` and `opened` are JSON, numbers of databases by name: how far the page's HTML says that it goes, and how far it
 * went while READY here. `build_sessions` has one row per session: the build that was chosen for it (null = what WhatsApp
 * serves), and the one that ran last. `build_trials` has the trial of a build that is under way, one at most for each
 * build: `facts` is the business of `builds/`. None of it refers to a session: a build's past outlives those that ran it.
 */
export const builds: Migration = {
  version: 7,
  name: 'builds',
  sql: `
    CREATE TABLE builds (
      build         TEXT PRIMARY KEY,
      first_seen_at TEXT NOT NULL,
      last_ready_at TEXT,
      verdict       TEXT NOT NULL,
      verdict_at    TEXT NOT NULL,
      reason        TEXT NOT NULL,
      knobs         TEXT NOT NULL,
      opened        TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE build_sessions (
      session    TEXT PRIMARY KEY,
      wanted     TEXT,
      running    TEXT,
      changed_at TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE build_trials (
      build TEXT PRIMARY KEY,
      facts TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
