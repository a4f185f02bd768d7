import type { HubMigration } from './migration.ts';

/**
 * Who may send. `tenants.sending`, `machines.sending`: `on` or `off`. `untold_sessions`: sessions whose own sending is to be switched
 * off as soon as their machine answers. The counter `sending` grows with each change of these, and machines are told by it.
 * `sessions.phone`, `sessions.lid`: what the linked account is known by, to find one that is linked in several sessions.
 */
export const sending: HubMigration = {
  version: 2,
  name: 'sending',
  sql: ({ text, int, strict }) => `
    ALTER TABLE tenants ADD COLUMN sending ${text} NOT NULL DEFAULT 'on';
    ALTER TABLE machines ADD COLUMN sending ${text} NOT NULL DEFAULT 'on';

    CREATE TABLE untold_sessions (name ${text} PRIMARY KEY, since ${int} NOT NULL)${strict};
    INSERT INTO counters (name, value) VALUES ('sending', 0);

    ALTER TABLE sessions ADD COLUMN phone ${text};
    ALTER TABLE sessions ADD COLUMN lid ${text};
    CREATE INDEX sessions_of_phone ON sessions (phone);
    CREATE INDEX sessions_of_lid ON sessions (lid);
  `,
};
