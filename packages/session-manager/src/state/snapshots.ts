import type { Connection } from './connection.ts';
import type { NewestSnapshot, OfLink, SnapshotFailure, SnapshotRow } from './rows.ts';
import type { StateStore } from './state-store.ts';

interface Row {
  session: string;
  id: string;
  at: string;
  verified_at: string | null;
  verified: number | null;
  link: number | null;
}

interface NewestRow {
  name: string;
  id: string | null;
  at: string | null;
  verified: number | null;
  failed_at: string | null;
  code: string | null;
  detail: string | null;
}

const COLUMNS = 'session, id, at, verified_at, verified, link';
/** Of the link that the session has now; without the session, of none. */
const OF_LINK = 'session = ? AND link = (SELECT link FROM sessions WHERE name = session)';

function toSnapshot(row: Row): SnapshotRow {
  const verified = isVerified(row);
  return { session: row.session, id: row.id, at: row.at, verifiedAt: row.verified_at, verified, link: row.link };
}

function isVerified({ verified }: Pick<Row, 'verified'>): boolean | null {
  return verified === null ? null : verified === 1;
}

function toNewest(row: NewestRow): NewestSnapshot {
  const { id, at, failed_at: failedAt, code, detail } = row;
  return {
    latest: id === null || at === null ? null : { id, at, verified: isVerified(row) },
    failure: failedAt === null || code === null || detail === null ? null : { at: failedAt, code, detail },
  };
}

/** The snapshots this machine has taken or proven, and the sessions whose last one failed. */
export function snapshotsTable({ db, now, write, read, addEvent }: Connection): StateStore['snapshots'] {
  const insert = db.prepare<[string, string, string, number | null]>(
    'INSERT INTO snapshots (session, id, at, link) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const present = db.prepare<[string], number>('SELECT link FROM sessions WHERE name = ?').pluck();
  const cameBack = db.prepare<[string, string]>(
    `UPDATE snapshots SET is_guess = 0, link = (SELECT link FROM sessions WHERE name = session)
     WHERE session = ? AND id = ?`,
  );
  const guessed = db.prepare<[string], string>('SELECT id FROM snapshots WHERE session = ? AND is_guess').pluck();
  const disown = db.prepare<[string, string]>('UPDATE snapshots SET link = NULL WHERE session = ? AND id = ?');
  const settle = db.prepare<[string]>('UPDATE snapshots SET is_guess = 0 WHERE session = ?');
  // The time of its last good proof stays when it is no longer good.
  const verify = db.prepare<[number, string | null, string, string]>(
    'UPDATE snapshots SET verified = ?, verified_at = coalesce(?, verified_at) WHERE session = ? AND id = ?',
  );
  const remove = db.prepare<[string, string]>('DELETE FROM snapshots WHERE session = ? AND id = ?');
  const removeAll = db.prepare<[string]>('DELETE FROM snapshots WHERE session = ?');
  // An id begins with the number in the order of writing; dates come from clocks, which may be wrong.
  const latest = db.prepare<[string], Row>(
    `SELECT ${COLUMNS} FROM snapshots WHERE ${OF_LINK} ORDER BY CAST(id AS INTEGER) DESC, at DESC LIMIT 1`,
  );
  const newest = db.prepare<[string], NewestRow>(
    `SELECT s.name, n.id, n.at, n.verified, f.at AS failed_at, f.code, f.detail
     FROM sessions s
     LEFT JOIN snapshots n ON n.session = s.name AND n.id = (
       SELECT id FROM snapshots WHERE session = s.name AND link = s.link ORDER BY CAST(id AS INTEGER) DESC, at DESC LIMIT 1
     )
     LEFT JOIN snapshot_failures f ON f.session = s.name AND f.link = s.link
     WHERE s.name IN (SELECT value FROM json_each(?))`,
  );
  const bySession = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM snapshots WHERE session = ?`);
  const ofLink = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM snapshots WHERE ${OF_LINK}`);
  const fail = db.prepare<[string, string, string, string, number | null]>(
    `INSERT INTO snapshot_failures (session, at, code, detail, link) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (session) DO UPDATE
     SET at = excluded.at, code = excluded.code, detail = excluded.detail, link = excluded.link`,
  );
  const succeed = db.prepare<[string, number | null]>('DELETE FROM snapshot_failures WHERE session = ? AND link IS ?');
  const forgetFailure = db.prepare<[string]>('DELETE FROM snapshot_failures WHERE session = ?');
  const failure = db.prepare<[string], SnapshotFailure>(
    `SELECT at, code, detail FROM snapshot_failures WHERE ${OF_LINK}`,
  );

  const linkOf = (session: string, link: OfLink['link']): number | null =>
    link === undefined ? (present.get(session) ?? null) : link;

  return {
    created: (session, { id, at, data, link: given }) =>
      write(() => {
        const link = linkOf(session, given);
        insert.run(session, id, at, link);
        succeed.run(session, link);
        return addEvent({ session, type: 'snapshot.created', data: { id, ...data } });
      }),
    failed: (session, { link, ...data }) =>
      write(() => {
        fail.run(session, now().toISOString(), data.code, data.detail, linkOf(session, link));
        return addEvent({ session, type: 'snapshot.failed', data });
      }),
    verified: (session, { at, link, ...data }) =>
      write(() => {
        const { id, ok } = data;
        insert.run(session, id, at, linkOf(session, link));
        verify.run(ok ? 1 : 0, ok ? now().toISOString() : null, session, id);
        return addEvent({ session, type: 'snapshot.verified', data });
      }),
    cameBack: (session, id) => write(() => void cameBack.run(session, id)),
    forgotten: (session, ids) =>
      write(() => {
        if (ids.length === 0) return;
        for (const id of ids) remove.run(session, id);
        addEvent({ session, type: 'snapshot.forgotten', data: { ids: [...ids] } });
      }),
    purged: (session) =>
      write(() => {
        removeAll.run(session);
        forgetFailure.run(session);
      }),
    latest: (session) =>
      read(() => {
        const row = latest.get(session);
        return row === undefined ? null : toSnapshot(row);
      }),
    newest: (sessions) =>
      read(() => new Map(newest.all(JSON.stringify(sessions)).map((row) => [row.name, toNewest(row)]))),
    list: (session) => read(() => bySession.all(session).map(toSnapshot)),
    ofLink: (session) => read(() => ofLink.all(session).map(toSnapshot)),
    guessed: (session) => read(() => guessed.all(session)),
    settleGuess: (session, otherLink) =>
      write(() => {
        for (const id of otherLink) disown.run(session, id);
        settle.run(session);
      }),
    failure: (session) => read(() => failure.get(session) ?? null),
  };
}
