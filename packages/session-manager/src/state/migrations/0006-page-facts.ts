import type { Migration } from './index.ts';

/**
 * What the pages of WhatsApp Web have reported of sessions. It outlives a run and the service: limits and integrity
 * challenges are the account's, an override is the operator's, and `doctor` reads the last verdicts with the service down.
 *
 * `page_facts` goes with its session. The columns are JSON as `packages/protocol` has it.
 * `feature_failures` counts uses that failed before any had succeeded, by feature and build of the page, over all sessions.
 */
export const pageFacts: Migration = {
  version: 6,
  name: 'page-facts',
  sql: `
    CREATE TABLE page_facts (
      session      TEXT PRIMARY KEY REFERENCES sessions (name) ON DELETE CASCADE,
      limits       TEXT,
      attention    TEXT,
      overridden   TEXT NOT NULL DEFAULT '[]',
      capabilities TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE feature_failures (
      build   TEXT NOT NULL,
      feature TEXT NOT NULL,
      count   INTEGER NOT NULL,
      PRIMARY KEY (build, feature)
    ) STRICT, WITHOUT ROWID;
  `,
};
