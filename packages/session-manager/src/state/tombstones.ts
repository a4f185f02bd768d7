import type { Account } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import type { StateStore } from './state-store.ts';

/** Under which generations sessions left this machine, and with which login. */
export function tombstonesTable({ db, now, write, read }: Connection): StateStore['tombstones'] {
  const newest = db
    .prepare<[string], number | null>('SELECT max(generation) FROM tombstones WHERE session = ?')
    .pluck();
  const insert = db.prepare<[string, number, string | null, string]>(
    'INSERT INTO tombstones (session, generation, account, at) VALUES (?, ?, ?, ?)',
  );
  const known = db.prepare<[], { id: number; session: string; account: string }>(
    'SELECT id, session, account FROM tombstones WHERE account IS NOT NULL ORDER BY id DESC',
  );
  const forgetAccount = db.prepare<[number]>('UPDATE tombstones SET account = NULL WHERE id = ?');
  const away = () => known.all().map((row) => ({ ...row, account: JSON.parse(row.account) as Account }));

  return {
    generation: (session) => read(() => newest.get(session) ?? null),
    add: (session, generation, account) =>
      write(() => {
        const text = account === null ? null : JSON.stringify(account);
        insert.run(session, generation, text, now().toISOString());
      }),
    away: () => read(() => away().map(({ session, account }) => ({ session, account }))),
    cameBack: (session, isThat) =>
      write(() => {
        for (const row of away()) if (row.session === session && isThat(row.account)) forgetAccount.run(row.id);
      }),
  };
}
