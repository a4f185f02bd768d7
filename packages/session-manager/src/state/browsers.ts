import type { Connection } from './connection.ts';
import type { BrowserRow } from './rows.ts';
import type { StateStore } from './state-store.ts';

/** The browsers that were started and not yet proven gone: what a boot after a crash must end. */
export function browsersTable({ db, write, read }: Connection): StateStore['browsers'] {
  const record = db.prepare<[string, number, number, string, string]>(
    `INSERT INTO browsers (session, pid, start_ticks, boot_id, profile_dir) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (session) DO UPDATE SET pid = excluded.pid, start_ticks = excluded.start_ticks,
       boot_id = excluded.boot_id, profile_dir = excluded.profile_dir`,
  );
  const clear = db.prepare<[string]>('DELETE FROM browsers WHERE session = ?');
  const all = db.prepare<[], BrowserRow>(
    `SELECT session, pid, start_ticks AS startTicks, boot_id AS bootId, profile_dir AS profileDir
     FROM browsers ORDER BY session`,
  );

  return {
    record: (row) => write(() => void record.run(row.session, row.pid, row.startTicks, row.bootId, row.profileDir)),
    clear: (session) => write(() => void clear.run(session)),
    all: () => read(() => all.all()),
  };
}
