import type { Connection } from './connection.ts';
import { unknownSession } from './sessions.ts';
import type { StateStore } from './state-store.ts';

/** Which received messages have been told: each becomes one event, however often it is found. */
export function inboxTable({ db, now, write, read, addEvent }: Connection): StateStore['inbox'] {
  const hasSession = db.prepare<[string]>('SELECT 1 FROM sessions WHERE name = ?');
  const seen = db.prepare<[string, string]>('SELECT 1 FROM inbox WHERE session = ? AND message_id = ?');
  const insert = db.prepare<[string, string, number, string]>(
    'INSERT INTO inbox (session, message_id, event_id, at) VALUES (?, ?, ?, ?)',
  );

  const since = db
    .prepare<[string, string], string>('SELECT message_id FROM inbox WHERE session = ? AND at >= ?')
    .pluck();
  // No event of this machine's log tells it.
  const told = db.prepare<[string, string, string]>(
    'INSERT INTO inbox (session, message_id, event_id, at) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING',
  );

  return {
    receive: (session, { messageId, data }) =>
      write(() => {
        if (seen.get(session, messageId) !== undefined) return null;
        if (hasSession.get(session) === undefined) throw unknownSession(session);
        const event = addEvent({ session, type: 'message.received', data });
        insert.run(session, messageId, event.id, now().toISOString());
        return event;
      }),
    toldSince: (session, from) => read(() => since.all(session, from.toISOString())),
    toldElsewhere: (session, messageIds) =>
      write(() => {
        if (hasSession.get(session) === undefined) throw unknownSession(session);
        for (const id of messageIds) told.run(session, id, now().toISOString());
      }),
  };
}
