import type { HubMigration } from './migration.ts';

export const first: HubMigration = {
  version: 1,
  name: 'first',
  sql: ({ text, int, blob, counted, strict }) => `
    CREATE TABLE facts (name ${text} PRIMARY KEY, value ${text} NOT NULL)${strict};

    CREATE TABLE counters (name ${text} PRIMARY KEY, value ${int} NOT NULL)${strict};
    INSERT INTO counters (name, value) VALUES ('keys', 0);

    CREATE TABLE tenants (
      name ${text} PRIMARY KEY,
      title ${text} NOT NULL,
      session_limit ${int},
      key_limit ${int},
      created_at ${int} NOT NULL
    )${strict};

    CREATE TABLE keys (
      id ${text} PRIMARY KEY,
      name ${text} NOT NULL,
      tenant ${text} REFERENCES tenants (name),
      scopes ${text} NOT NULL,
      sessions ${text},
      addresses ${text},
      created_at ${int} NOT NULL,
      expires_at ${int},
      last_used_at ${int},
      hash ${blob} NOT NULL
    )${strict};
    CREATE INDEX keys_of_tenant ON keys (tenant, id);

    CREATE TABLE machines (
      name ${text} PRIMARY KEY,
      url ${text} NOT NULL,
      token ${text} NOT NULL,
      is_draining ${int} NOT NULL,
      facts ${text},
      last_seen_at ${int},
      created_at ${int} NOT NULL,
      holder ${text},
      generation ${int} NOT NULL,
      leased_until ${int} NOT NULL,
      log_id ${text},
      cursor ${int} NOT NULL
    )${strict};

    CREATE TABLE sessions (
      name ${text} NOT NULL,
      machine ${text} NOT NULL,
      tenant ${text},
      state ${text} NOT NULL,
      search ${text} NOT NULL,
      session ${text} NOT NULL,
      as_of ${int} NOT NULL,
      PRIMARY KEY (name, machine)
    )${strict};
    CREATE INDEX sessions_of_tenant ON sessions (tenant, name);
    CREATE INDEX sessions_of_machine ON sessions (machine, name);
    CREATE INDEX sessions_of_state ON sessions (state, name);

    CREATE TABLE homes (
      name ${text} PRIMARY KEY,
      machine ${text} NOT NULL,
      tenant ${text},
      since ${int} NOT NULL
    )${strict};
    CREATE INDEX homes_of_tenant ON homes (tenant, name);
    CREATE INDEX homes_of_machine ON homes (machine, name);

    CREATE TABLE events (
      id ${counted},
      machine ${text} NOT NULL,
      log_id ${text} NOT NULL,
      machine_event ${int} NOT NULL,
      tenant ${text},
      tenant_event ${int},
      session ${text} NOT NULL,
      type ${text} NOT NULL,
      at ${text} NOT NULL,
      data ${text} NOT NULL,
      stored_at ${int} NOT NULL,
      UNIQUE (machine, log_id, machine_event)
    )${strict};
    CREATE INDEX events_of_tenant ON events (tenant, tenant_event);
    CREATE INDEX events_of_session ON events (session, id);

    CREATE TABLE operations (
      id ${text} PRIMARY KEY,
      machine ${text} NOT NULL,
      key_id ${text},
      tenant ${text},
      session ${text},
      started_at ${int} NOT NULL
    )${strict};
    CREATE INDEX operations_by_start ON operations (started_at);
    CREATE INDEX operations_of_tenant ON operations (tenant, started_at);
  `,
};
