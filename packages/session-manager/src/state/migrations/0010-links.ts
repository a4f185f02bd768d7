import type { Migration } from './index.ts';

/**
 * Which link a session has, by a number that only grows: each login that is linked, adopted, imported, recovered, restored
 * or transferred here has a number of its own. Dates cannot tell that, since clocks are set.
 *
 * `sessions.link`: the one in place, or the next to come where none is. A snapshot, and the failure of one, is of the link
 * that it was taken of, or that came back out of it; of no link here where that is not known. What was written before there
 * were numbers counts for the link in place. That is a guess, until the vault shows of which account it is.
 *
 * `tombstones`: the logins that left this machine, each with its account (JSON), so that one is known under any name after
 * its session was deleted. Null: not known, or it came back.
 */
export const links: Migration = {
  version: 10,
  name: 'links',
  sql: `
    CREATE TABLE link_sequence (last INTEGER NOT NULL) STRICT;
    INSERT INTO link_sequence SELECT count(*) FROM sessions;

    ALTER TABLE sessions ADD COLUMN link INTEGER NOT NULL DEFAULT 0;
    UPDATE sessions SET link = (SELECT count(*) FROM sessions AS before WHERE before.name <= sessions.name);

    ALTER TABLE snapshots ADD COLUMN link INTEGER;
    ALTER TABLE snapshots ADD COLUMN is_guess INTEGER NOT NULL DEFAULT 0 CHECK (is_guess IN (0, 1));
    UPDATE snapshots SET is_guess = 1, link = (SELECT link FROM sessions WHERE name = snapshots.session)
      WHERE session IN (SELECT name FROM sessions WHERE caught_up_to IS NOT NULL OR state = 'MOVED');

    ALTER TABLE snapshot_failures ADD COLUMN link INTEGER;
    UPDATE snapshot_failures SET link = (SELECT link FROM sessions WHERE name = snapshot_failures.session);

    CREATE TABLE tombstones (
      id         INTEGER PRIMARY KEY AUTOINCREMENT,
      session    TEXT NOT NULL,
      generation INTEGER NOT NULL,
      account    TEXT,
      at         TEXT NOT NULL
    ) STRICT;
    CREATE INDEX tombstones_by_session ON tombstones (session, id);
    INSERT INTO tombstones (session, generation, account, at)
      SELECT session, generation, (SELECT account FROM sessions WHERE name = moved.session AND state = 'MOVED'), at
      FROM moved ORDER BY at, session;
    DROP TABLE moved;
  `,
};
