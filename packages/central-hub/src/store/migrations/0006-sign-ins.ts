import type { HubMigration } from './migration.ts';

export const signIns: HubMigration = {
  version: 6,
  name: 'sign-ins',
  sql: ({ text, int, strict }) => `
    CREATE TABLE sign_ins (
      id ${text} PRIMARY KEY,
      kind ${text} NOT NULL,
      key_id ${text},
      mark ${text},
      expires_at ${int} NOT NULL
    )${strict};
    CREATE INDEX sign_ins_by_end ON sign_ins (expires_at);
  `,
};
