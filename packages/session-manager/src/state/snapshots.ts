import type { Connection } from './connection.ts';
import type { SnapshotFailure, SnapshotRow, StateStore } from './state-store.ts';

interface Row {
  session: string;
  id: string;
  at: string;
  verified_at: string | null;
  verified: number | null;
}

const COLUMNS = 'session, id, at, verified_at, verified';

function toSnapshot(row: Row): SnapshotRow {
  const verified = row.verified === null ? null : row.verified === 1;
  return { session: row.session, id: row.id, at: row.at, verifiedAt: row.verified_at, verified };
}

/** The snapshots this machine has taken or proven, and the sessions whose last one failed. */
export function snapshotsTable({ db, now, write, read, addEvent }: Connection): StateStore['snapshots'] {
  const insert = db.prepare<[string, string, string]>(
    'INSERT INTO snapshots (session, id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  // When it was last proven good stays when it is not good any more.
  const verify = db.prepare<[number, string | null, string, string]>(
    'UPDATE snapshots SET verified = ?, verified_at = coalesce(?, verified_at) WHERE session = ? AND id = ?',
  );
  const remove = db.prepare<[string, string]>('DELETE FROM snapshots WHERE session = ? AND id = ?');
  const removeAll = db.prepare<[string]>('DELETE FROM snapshots WHERE session = ?');
  // An id begins with the number in the order of writing; dates come from clocks, which may be wrong.
  const latest = db.prepare<[string], Row>(
    `SELECT ${COLUMNS} FROM snapshots WHERE session = ? ORDER BY CAST(id AS INTEGER) DESC, at DESC LIMIT 1`,
  );
  const bySession = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM snapshots WHERE session = ?`);
  const fail = db.prepare<[string, string, string, string]>(
    `INSERT INTO snapshot_failures (session, at, code, detail) VALUES (?, ?, ?, ?)
     ON CONFLICT (session) DO UPDATE SET at = excluded.at, code = excluded.code, detail = excluded.detail`,
  );
  const succeed = db.prepare<[string]>('DELETE FROM snapshot_failures WHERE session = ?');
  const failure = db.prepare<[string], SnapshotFailure>(
    'SELECT at, code, detail FROM snapshot_failures WHERE session = ?',
  );

  return {
    created: (session, { id, at, data }) =>
      write(() => {
        insert.run(session, id, at);
        succeed.run(session);
        return addEvent({ session, type: 'snapshot.created', data: { id, ...data } });
      }),
    failed: (session, data) =>
      write(() => {
        fail.run(session, now().toISOString(), data.code, data.detail);
        return addEvent({ session, type: 'snapshot.failed', data });
      }),
    verified: (session, { at, ...data }) =>
      write(() => {
        const { id, ok } = data;
        insert.run(session, id, at);
        verify.run(ok ? 1 : 0, ok ? now().toISOString() : null, session, id);
        return addEvent({ session, type: 'snapshot.verified', data });
      }),
    forgotten: (session, ids) =>
      write(() => {
        if (ids.length === 0) return;
        for (const id of ids) remove.run(session, id);
        addEvent({ session, type: 'snapshot.forgotten', data: { ids: [...ids] } });
      }),
    purged: (session) =>
      write(() => {
        removeAll.run(session);
        succeed.run(session);
      }),
    latest: (session) =>
      read(() => {
        const row = latest.get(session);
        return row === undefined ? null : toSnapshot(row);
      }),
    list: (session) => read(() => bySession.all(session).map(toSnapshot)),
    failure: (session) => read(() => failure.get(session) ?? null),
  };
}

/** What must be remembered of a vault outside of it, and of sessions that left. */
export function vaultTable({ db, now, write, read }: Connection): StateStore['vault'] {
  const head = db.prepare<[string, string], { sequence: number; id: string }>(
    'SELECT sequence, id FROM vault_heads WHERE vault = ? AND session = ?',
  );
  const setHead = db.prepare<[string, string, number, string]>(
    `INSERT INTO vault_heads (vault, session, sequence, id) VALUES (?, ?, ?, ?)
     ON CONFLICT (vault, session) DO UPDATE SET sequence = excluded.sequence, id = excluded.id`,
  );
  const fact = db.prepare<[string], string>('SELECT value FROM vault_facts WHERE name = ?').pluck();
  const setFact = db.prepare<[string, string]>(
    'INSERT INTO vault_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const moved = db.prepare<[string], number>('SELECT generation FROM moved WHERE session = ?').pluck();
  const setMoved = db.prepare<[string, number, string]>(
    `INSERT INTO moved (session, generation, at) VALUES (?, ?, ?)
     ON CONFLICT (session) DO UPDATE SET generation = max(generation, excluded.generation), at = excluded.at`,
  );

  return {
    head: (vault, session) => read(() => head.get(vault, session) ?? null),
    setHead: (vault, session, { sequence, id }) => write(() => void setHead.run(vault, session, sequence, id)),
    fact: (name) => read(() => fact.get(name) ?? null),
    setFact: (name, value) => write(() => void setFact.run(name, value)),
    movedGeneration: (session) => read(() => moved.get(session) ?? null),
    setMoved: (session, generation) => write(() => void setMoved.run(session, generation, now().toISOString())),
  };
}
