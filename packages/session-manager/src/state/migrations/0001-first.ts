import type { Migration } from './index.ts';

/**
 * The first schema.
 *
 * `events.id` is AUTOINCREMENT: it is the cursor of every reader, so an id must never come twice, not even after
 * retention has removed the newest row. `browsers` has no foreign key on purpose: the record of a browser that may
 * still run must outlive everything else that is known of its session. Message texts are not kept: the hash is
 * enough to recognise a repeated request, and what is not stored cannot leak.
 */
export const first: Migration = {
  version: 1,
  name: 'first',
  sql: `
    CREATE TABLE sessions (
      name            TEXT PRIMARY KEY,
      state           TEXT NOT NULL,
      reason          TEXT NOT NULL,
      since           TEXT NOT NULL,
      desired         TEXT NOT NULL CHECK (desired IN ('running', 'stopped')),
      metadata        TEXT NOT NULL,
      created_at      TEXT NOT NULL,
      caught_up_to    TEXT,
      last_inbound_at TEXT,
      last_ack_at     TEXT,
      last_ready_at   TEXT,
      last_probe_at   TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE transitions (
      id         INTEGER PRIMARY KEY AUTOINCREMENT,
      session    TEXT NOT NULL REFERENCES sessions (name) ON DELETE CASCADE,
      from_state TEXT NOT NULL,
      to_state   TEXT NOT NULL,
      reason     TEXT NOT NULL,
      at         TEXT NOT NULL
    ) STRICT;
    CREATE INDEX transitions_by_session ON transitions (session, id);

    CREATE TABLE events (
      id      INTEGER PRIMARY KEY AUTOINCREMENT,
      session TEXT NOT NULL,
      type    TEXT NOT NULL,
      at      TEXT NOT NULL,
      data    TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_session ON events (session, id);
    CREATE INDEX events_by_time ON events (at);

    CREATE TABLE messages (
      seq             INTEGER PRIMARY KEY AUTOINCREMENT,
      id              TEXT NOT NULL UNIQUE,
      session         TEXT NOT NULL REFERENCES sessions (name) ON DELETE CASCADE,
      state           TEXT NOT NULL,
      whatsapp_id     TEXT,
      recipient       TEXT NOT NULL,
      error           TEXT,
      idempotency_key TEXT,
      request_hash    TEXT NOT NULL,
      at              TEXT NOT NULL,
      changed_at      TEXT NOT NULL,
      UNIQUE (session, idempotency_key)
    ) STRICT;
    CREATE INDEX messages_by_session ON messages (session, seq);
    CREATE INDEX messages_by_whatsapp_id ON messages (session, whatsapp_id) WHERE whatsapp_id IS NOT NULL;
    CREATE INDEX messages_in_flight ON messages (state) WHERE state IN ('QUEUED', 'SENDING');

    CREATE TABLE inbox (
      session    TEXT NOT NULL REFERENCES sessions (name) ON DELETE CASCADE,
      message_id TEXT NOT NULL,
      event_id   INTEGER NOT NULL,
      at         TEXT NOT NULL,
      PRIMARY KEY (session, message_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE browsers (
      session     TEXT PRIMARY KEY,
      pid         INTEGER NOT NULL,
      start_ticks INTEGER NOT NULL,
      boot_id     TEXT NOT NULL,
      profile_dir TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
