import type { Connection } from './connection.ts';
import { unknownSession } from './sessions.ts';
import type { StateStore } from './state-store.ts';

/**
 * Which messages need no telling: those that were told, here or elsewhere, and those that went out here. A message
 * is known by any of its ids; all of them are remembered.
 */
export function inboxTable({ db, now, write, read, addEvent }: Connection): StateStore['inbox'] {
  const hasSession = db.prepare<[string]>('SELECT 1 FROM sessions WHERE name = ?');
  const seen = db.prepare<[string, string]>('SELECT 1 FROM inbox WHERE session = ? AND message_id = ?');
  // Event 0: no event of this log tells it.
  const insert = db.prepare<[string, string, number, string]>(
    'INSERT INTO inbox (session, message_id, event_id, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const since = db
    .prepare<[string, string], string>('SELECT message_id FROM inbox WHERE session = ? AND at >= ?')
    .pluck();

  const isTold = (session: string, ids: readonly string[]): boolean =>
    ids.some((id) => seen.get(session, id) !== undefined);
  const remember = (session: string, ids: readonly string[], event: number, at: string): void => {
    for (const id of ids) insert.run(session, id, event, at);
  };

  return {
    receive: (session, { ids, at, news }) =>
      write(() => {
        // By the later of the two clocks: it is forgotten once catching up has passed it, never before.
        const kept = [now().toISOString(), at].sort().at(-1) ?? at;
        if (isTold(session, ids)) {
          remember(session, ids, 0, kept);
          return null;
        }
        if (hasSession.get(session) === undefined) throw unknownSession(session);
        const event = addEvent({ session, ...news() });
        remember(session, ids, event.id, kept);
        return event;
      }),
    toldSince: (session, from) => read(() => since.all(session, from.toISOString())),
    toldElsewhere: (session, messageIds) =>
      write(() => {
        if (hasSession.get(session) === undefined) throw unknownSession(session);
        remember(session, messageIds, 0, now().toISOString());
      }),
  };
}
