import type { HubMigration } from './migration.ts';

export const audit: HubMigration = {
  version: 4,
  name: 'audit',
  sql: ({ text, int, strict }) => `
    CREATE TABLE audit (
      id ${int} PRIMARY KEY,
      at ${int} NOT NULL,
      actor ${text} NOT NULL,
      action ${text} NOT NULL,
      target ${text} NOT NULL,
      source ${text},
      result ${text} NOT NULL,
      tenant ${text},
      session ${text},
      detail ${text} NOT NULL,
      begun ${int},
      mac ${text} NOT NULL
    )${strict};
    CREATE INDEX audit_of_tenant ON audit (tenant, id);
    CREATE INDEX audit_of_session ON audit (session, id);
    CREATE INDEX audit_by_begun ON audit (begun);

    CREATE TABLE audit_marks (
      name ${text} PRIMARY KEY,
      line ${int} NOT NULL,
      at ${int},
      mac ${text} NOT NULL,
      signature ${text} NOT NULL
    )${strict};
  `,
};
