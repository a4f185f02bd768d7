import type { Connection } from './connection.ts';
import type { StateStore } from './state-store.ts';

/** What must be remembered of a vault outside of it. */
export function vaultTable({ db, write, read }: Connection): StateStore['vault'] {
  const head = db.prepare<[string, string], { sequence: number; id: string }>(
    'SELECT sequence, id FROM vault_heads WHERE vault = ? AND session = ?',
  );
  const setHead = db.prepare<[string, string, number, string]>(
    `INSERT INTO vault_heads (vault, session, sequence, id) VALUES (?, ?, ?, ?)
     ON CONFLICT (vault, session) DO UPDATE SET sequence = excluded.sequence, id = excluded.id`,
  );
  return {
    head: (vault, session) => read(() => head.get(vault, session) ?? null),
    setHead: (vault, session, { sequence, id }) => write(() => void setHead.run(vault, session, sequence, id)),
  };
}
