import { HUB_UNSEEN_DAYS } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import { eventRetention } from './event-retention.ts';
import { forgetting, unseenHubs } from './hubs.ts';
import type { StateStore } from './state-store.ts';

const DAY_MS = 86_400_000;

/** Message ids are forgotten only this long after catching up has passed them, since the clocks of phones may be wrong. */
const INBOX_MARGIN_MS = DAY_MS;

/** Samples of sizes: each hour's for a week, each day's last for a year. */
const HOURLY_DAYS = 7;
const DAILY_DAYS = 365;

/**
 * Removes what is older or more than wanted (events: `eventRetention`). Ended messages go with the events of their age. What the inbox
 * remembers goes only once catching up can never come across it again, else an old message would be told twice.
 */
export function retention(connection: Connection): StateStore['sweep'] {
  const { db, now, write } = connection;
  const events = eventRetention(connection);
  const unseen = unseenHubs(connection);
  const forget = forgetting(connection);
  const transitions = db.prepare<[number]>(
    `DELETE FROM transitions WHERE id IN (
       SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY session ORDER BY id DESC) AS nth FROM transitions)
       WHERE nth > ?)`,
  );
  const messages = db.prepare<[string]>(
    `DELETE FROM messages WHERE changed_at < ? AND state NOT IN ('QUEUED', 'SENDING')`,
  );
  const inbox = db.prepare<[string, number]>(
    `DELETE FROM inbox WHERE at < ? AND EXISTS (
       SELECT 1 FROM sessions s WHERE s.name = inbox.session AND s.caught_up_to IS NOT NULL
         AND julianday(inbox.at) < julianday(s.caught_up_to) - ?)`,
  );
  const sizes = db.prepare<[string, string]>(
    `DELETE FROM storage_samples WHERE hour < ? OR (hour < ? AND EXISTS (
       SELECT 1 FROM storage_samples later WHERE later.session = storage_samples.session
         AND later.hour > storage_samples.hour AND substr(later.hour, 1, 10) = substr(storage_samples.hour, 1, 10)))`,
  );

  return (limits) =>
    write(() => {
      const today = (limits.now ?? now()).getTime();
      const before = (days: number): string => new Date(today - days * DAY_MS).toISOString();
      const cutoff = before(limits.eventDays);
      for (const hub of unseen(before(HUB_UNSEEN_DAYS))) forget(hub, 'unseen');
      return (
        events({ count: limits.events, since: cutoff, keepBytes: limits.keepBytes }) +
        transitions.run(Math.max(0, limits.transitions)).changes +
        messages.run(cutoff).changes +
        inbox.run(cutoff, INBOX_MARGIN_MS / DAY_MS).changes +
        sizes.run(before(DAILY_DAYS).slice(0, 13), before(HOURLY_DAYS).slice(0, 10)).changes
      );
    });
}
