import type { Migration } from './index.ts';

/**
 * The journal of sessions on their way to another machine, on both machines, under one id. It refers to no session:
 * the result of a transfer is answered for as long as the other side may ask, also after the session is gone.
 *
 * `phase` is the durable word of each step; which there are, and what may follow which, is the business of `transfer/`.
 * `facts` is JSON of the same. No key of another machine is ever kept here.
 */
export const transfers: Migration = {
  version: 4,
  name: 'transfers',
  sql: `
    CREATE TABLE transfers (
      id         TEXT PRIMARY KEY,
      role       TEXT NOT NULL CHECK (role IN ('source', 'target')),
      session    TEXT NOT NULL,
      generation INTEGER NOT NULL,
      phase      TEXT NOT NULL,
      peer       TEXT,
      facts      TEXT NOT NULL,
      at         TEXT NOT NULL,
      changed_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX transfers_by_session ON transfers (session, at);
  `,
};
