import type { HubMigration } from './migration.ts';

/** The audit of one actor, or of one kind of act, is read without the lines of all others. */
export const auditLists: HubMigration = {
  version: 7,
  name: 'audit-lists',
  sql: () => `
    CREATE INDEX audit_of_actor ON audit (actor, id);
    CREATE INDEX audit_of_action ON audit (action, id);
  `,
};
