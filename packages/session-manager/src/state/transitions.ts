import type { SessionState, Transition } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import { unknownSession } from './sessions.ts';
import type { StateStore } from './state-store.ts';

interface Row {
  from_state: SessionState;
  to_state: SessionState;
  reason: string;
  at: string;
}

/** How every session came to be in its state. */
export function transitionsTable({ db, now, write, read, addEvent }: Connection): StateStore['transitions'] {
  const setState = db.prepare<[string, string, string, string]>(
    'UPDATE sessions SET state = ?, reason = ?, since = ? WHERE name = ?',
  );
  const insert = db.prepare<[string, string, string, string, string]>(
    'INSERT INTO transitions (session, from_state, to_state, reason, at) VALUES (?, ?, ?, ?, ?)',
  );
  const list = db.prepare<[string, number], Row>(
    'SELECT from_state, to_state, reason, at FROM transitions WHERE session = ? ORDER BY id DESC LIMIT ?',
  );

  return {
    record: (name, { from, to, reason, data }) =>
      write(() => {
        const at = now().toISOString();
        if (setState.run(to, reason, at, name).changes === 0) throw unknownSession(name);
        insert.run(name, from, to, reason, at);
        return addEvent({ session: name, type: 'session.state', data: { ...data, from, to, reason } });
      }),
    list: (name, limit) =>
      read(() =>
        list
          .all(name, limit)
          .map((row): Transition => ({ from: row.from_state, to: row.to_state, reason: row.reason, at: row.at })),
      ),
  };
}
