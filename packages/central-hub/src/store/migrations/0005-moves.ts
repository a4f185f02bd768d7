import type { HubMigration } from './migration.ts';

export const moves: HubMigration = {
  version: 5,
  name: 'moves',
  sql: ({ text, int, strict }) => `
    ALTER TABLE machines ADD COLUMN peer_url ${text};

    CREATE TABLE moves (
      id ${text} PRIMARY KEY,
      kind ${text} NOT NULL,
      subject ${text} NOT NULL,
      source ${text} NOT NULL,
      target ${text},
      at_once ${int} NOT NULL,
      part_of ${text},
      key_id ${text},
      is_undone ${int} NOT NULL,
      revision ${int} NOT NULL,
      phase ${text} NOT NULL,
      done ${int} NOT NULL,
      total ${int},
      result ${text},
      error ${text},
      started_at ${int} NOT NULL,
      ended_at ${int},
      holder ${text},
      generation ${int} NOT NULL,
      leased_until ${int} NOT NULL
    )${strict};
    CREATE UNIQUE INDEX moves_open ON moves (kind, subject) WHERE ended_at IS NULL;
    CREATE INDEX moves_of_subject ON moves (subject, ended_at);
    CREATE INDEX moves_by_start ON moves (started_at);
    CREATE INDEX moves_of_drain ON moves (part_of);
  `,
};
