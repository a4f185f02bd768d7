import type { Connection } from './connection.ts';
import type { TransferRow } from './rows.ts';
import type { StateStore } from './state-store.ts';

interface Row {
  id: string;
  role: TransferRow['role'];
  session: string;
  generation: number;
  phase: string;
  peer: string | null;
  facts: string;
  at: string;
  changed_at: string;
}

function toTransfer({ facts, changed_at, ...row }: Row): TransferRow {
  return { ...row, changedAt: changed_at, facts: JSON.parse(facts) as Record<string, unknown> };
}

/** Sessions on their way to another machine, or from one: both sides keep such a journal. */
export function transfersTable({ db, now, write, read }: Connection): StateStore['transfers'] {
  const insert = db.prepare<[string, string, string, number, string, string | null, string, string, string]>(
    `INSERT INTO transfers (id, role, session, generation, phase, peer, facts, at, changed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const get = db.prepare<[string, string], Row>('SELECT * FROM transfers WHERE id = ? AND role = ?');
  const all = db.prepare<[string], Row>('SELECT * FROM transfers WHERE role = ? ORDER BY at, id');
  const move = db.prepare<[string, string, string]>('UPDATE transfers SET phase = ?, changed_at = ? WHERE id = ?');
  const setFacts = db.prepare<[string, string]>('UPDATE transfers SET facts = ? WHERE id = ?');
  const setPeer = db.prepare<[string, string]>("UPDATE transfers SET peer = ? WHERE id = ? AND role = 'source'");

  return {
    begin: ({ id, role, session, generation, phase, peer, facts }) =>
      write(() => {
        const at = now().toISOString();
        insert.run(id, role, session, generation, phase, peer, JSON.stringify(facts), at, at);
      }),
    get: (id, role) =>
      read(() => {
        const row = get.get(id, role);
        return row === undefined ? null : toTransfer(row);
      }),
    list: (role) => read(() => all.all(role).map(toTransfer)),
    advance: (id, phase, facts) =>
      write(() => {
        if (move.run(phase, now().toISOString(), id).changes === 0) throw new Error(`no transfer ${id}`);
        if (facts !== undefined) setFacts.run(JSON.stringify(facts), id);
      }),
    setPeer: (id, peer) => write(() => void setPeer.run(peer, id)),
  };
}
