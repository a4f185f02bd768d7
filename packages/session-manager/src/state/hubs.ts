import type { EventData } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import type { HubRow } from './rows.ts';
import type { StateStore } from './state-store.ts';

const COLUMNS = 'id, confirmed, registered_at AS registeredAt, seen_at AS seenAt';

/** Who reads the log of events for good. */
export function hubsTable(connection: Connection): StateStore['hubs'] {
  const { db, now, write, read } = connection;
  const all = db.prepare<[], HubRow>(`SELECT ${COLUMNS} FROM hubs ORDER BY id`);
  const get = db.prepare<[string], HubRow>(`SELECT ${COLUMNS} FROM hubs WHERE id = ?`);
  const confirm = db.prepare<{ id: string; upTo: number; at: string }, HubRow>(
    `INSERT INTO hubs (id, confirmed, registered_at, seen_at) VALUES (:id, :upTo, :at, :at)
     ON CONFLICT (id) DO UPDATE SET confirmed = excluded.confirmed, seen_at = excluded.seen_at RETURNING ${COLUMNS}`,
  );
  const dropped = db.prepare<[], number>('SELECT up_to FROM event_drops').pluck();
  const forget = forgetting(connection);
  return {
    all: () => read(() => all.all()),
    get: (id) => read(() => get.get(id) ?? null),
    confirm: (id, upTo) => write(() => confirm.get({ id, upTo, at: now().toISOString() }) as HubRow),
    forget: (id) =>
      write(() => {
        const row = get.get(id);
        if (row !== undefined) forget(row, 'removed');
        return row !== undefined;
      }),
    droppedUpTo: () => read(() => dropped.get() ?? 0),
  };
}

/** Forgets a hub within the running transaction, and writes the event that tells of it. */
export function forgetting({ db, addEvent }: Connection) {
  const remove = db.prepare<[string]>('DELETE FROM hubs WHERE id = ?');
  return ({ id, seenAt, confirmed }: HubRow, reason: EventData<'hub.forgotten'>['reason']): void => {
    remove.run(id);
    addEvent({ session: '', type: 'hub.forgotten', data: { hub: id, reason, seenAt, confirmed } });
  };
}

/** The hubs that were last seen before a moment, in ISO 8601. */
export function unseenHubs({ db }: Connection): (before: string) => HubRow[] {
  const unseen = db.prepare<[string], HubRow>(`SELECT ${COLUMNS} FROM hubs WHERE seen_at < ? ORDER BY id`);
  return (before) => unseen.all(before);
}
