import type { Migration } from './index.ts';

/**
 * What the fate of a message is found out by, who people are, and where telling begins.
 *
 * `messages.boot_id` and `generation` are those of the machine's run and of the profile under which the WhatsApp id was
 * journalled: only under the same ones do the page's books prove that a message never got there. They never prove it of
 * one that was `taken`: the page had it once, and its chat may have been deleted on the phone since. Ids of messages that
 * went out here are in `inbox`, too: a look that finds them tells nothing.
 *
 * `sessions.linked_at` is the moment before which nothing is told, in WhatsApp's time. For sessions that exist it begins
 * where their catching up stands.
 *
 * `contacts.told_alone`: a message was told while only one of the two names of that person was known.
 */
export const messages: Migration = {
  version: 5,
  name: 'messages',
  sql: `
    ALTER TABLE messages ADD COLUMN code TEXT;
    ALTER TABLE messages ADD COLUMN retry_at TEXT;
    ALTER TABLE messages ADD COLUMN boot_id TEXT;
    ALTER TABLE messages ADD COLUMN generation INTEGER;
    ALTER TABLE messages ADD COLUMN taken INTEGER NOT NULL DEFAULT 0 CHECK (taken IN (0, 1));
    ALTER TABLE messages ADD COLUMN new_chat INTEGER CHECK (new_chat IN (0, 1));
    ALTER TABLE messages ADD COLUMN searched INTEGER NOT NULL DEFAULT 0 CHECK (searched IN (0, 1));
    CREATE INDEX messages_open ON messages (session, seq) WHERE state IN ('SENDING', 'UNCERTAIN');

    ALTER TABLE sessions ADD COLUMN linked_at TEXT;
    UPDATE sessions SET linked_at = caught_up_to;

    INSERT OR IGNORE INTO inbox (session, message_id, event_id, at)
      SELECT session, whatsapp_id, 0, changed_at FROM messages WHERE whatsapp_id IS NOT NULL;

    CREATE TABLE contacts (
      id         INTEGER PRIMARY KEY,
      session    TEXT NOT NULL REFERENCES sessions (name) ON DELETE CASCADE,
      lid        TEXT,
      phone      TEXT,
      name       TEXT,
      told_alone INTEGER NOT NULL DEFAULT 0 CHECK (told_alone IN (0, 1)),
      changed_at TEXT NOT NULL,
      CHECK (lid IS NOT NULL OR phone IS NOT NULL),
      UNIQUE (session, lid),
      UNIQUE (session, phone)
    ) STRICT;
  `,
};
