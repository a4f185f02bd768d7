import type { Connection } from './connection.ts';
import type { StorageSample } from './rows.ts';
import type { StateStore } from './state-store.ts';

/** Comes down so far below the limit before it is warned of again: a size that swings around it warns once. */
const CALM = 0.9;
const HOUR_CHARS = '2026-01-31T10'.length;

const COLUMNS = 'at, bytes, critical, important, optional, temporary';

/** The size of sessions, hour by hour, and which of them gave a warning. */
export function storageTable({ db, now, write, read, addEvent }: Connection): StateStore['storage'] {
  const known = db.prepare<[string], number>('SELECT 1 FROM sessions WHERE name = ?').pluck();
  const insert = db.prepare<[string, string, string, number, number, number, number, number]>(
    `INSERT OR REPLACE INTO storage_samples (session, hour, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const since = db.prepare<[string, string], StorageSample>(
    `SELECT ${COLUMNS} FROM storage_samples WHERE session = ? AND hour >= ? ORDER BY hour`,
  );
  const latest = db.prepare<[string], StorageSample>(
    `SELECT ${COLUMNS} FROM storage_samples WHERE session = ? ORDER BY hour DESC LIMIT 1`,
  );
  const warned = db.prepare<[string], number>('SELECT 1 FROM storage_warnings WHERE session = ?').pluck();
  const warn = db.prepare<[string, string, number]>(
    'INSERT INTO storage_warnings (session, at, bytes) VALUES (?, ?, ?)',
  );
  const calm = db.prepare<[string]>('DELETE FROM storage_warnings WHERE session = ?');

  return {
    record: (session, { bytes, critical, important, optional, temporary }, { warnBytes, hint }) =>
      write(() => {
        if (known.get(session) === undefined) return null;
        const at = now().toISOString();
        insert.run(session, at.slice(0, HOUR_CHARS), at, bytes, critical, important, optional, temporary);
        if (bytes < warnBytes * CALM) calm.run(session);
        if (bytes < warnBytes || warned.get(session) !== undefined) return null;
        warn.run(session, at, bytes);
        const classes = { critical, important, optional, temporary };
        return addEvent({ session, type: 'session.storage', data: { bytes, warnBytes, ...classes, hint } });
      }),
    samples: (session, from) => read(() => since.all(session, from.toISOString().slice(0, HOUR_CHARS))),
    latest: (session) => read(() => latest.get(session) ?? null),
  };
}
