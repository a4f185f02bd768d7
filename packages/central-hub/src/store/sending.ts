import type { KeptSendingWord, Sending, SendingWord } from '@leadmaster/protocol';
import type { HubDatabase, HubQueries } from './database.ts';

/** Who may send, as the hub has it: what its machines are told, and by which number. */
export class SendingWords {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /** Grows with each change. */
  async revision(): Promise<number> {
    return this.#database.run(revisionOf);
  }

  /** What a machine is to know. The number is read first: what changes meanwhile is told again. */
  async wordFor(machine: string): Promise<Required<SendingWord>> {
    return this.#database.run(async (db) => {
      const revision = await revisionOf(db);
      const own = await db.selectFrom('machines').select('sending').where('name', '=', machine).executeTakeFirst();
      const off = await db.selectFrom('tenants').select('name').where('sending', '=', 'off').orderBy('name').execute();
      const untold = await db
        .selectFrom('untold_sessions')
        .innerJoin('homes', 'homes.name', 'untold_sessions.name')
        .select('untold_sessions.name')
        .where('homes.machine', '=', machine)
        .orderBy('untold_sessions.name')
        .execute();
      const names = (rows: readonly { name: string }[]): string[] => rows.map(({ name }) => name);
      return { revision, machine: own?.sending ?? 'on', tenants: names(off), sessions: names(untold) };
    });
  }

  /** The session's own sending is to be switched off as soon as its machine answers. */
  async owe(session: string): Promise<void> {
    await this.#database.transact(async (db) => {
      await db
        .insertInto('untold_sessions')
        .values({ name: session, since: this.#database.dialect.now })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      await countSendingChange(db);
    });
  }

  /** The machine of these sessions knows it, or they are gone. */
  async settle(sessions: readonly string[]): Promise<void> {
    if (sessions.length === 0) return;
    await this.#database.run((db) => db.deleteFrom('untold_sessions').where('name', 'in', sessions).execute());
  }

  /** It is no longer to be switched off: what is on its way to its machine is late by the number. Whether it was to be. */
  async cancel(session: string): Promise<boolean> {
    return this.#database.transact(async (db) => {
      const gone = await db.deleteFrom('untold_sessions').where('name', '=', session).returning('name').execute();
      if (gone.length > 0) await countSendingChange(db);
      return gone.length > 0;
    });
  }

  /** A machine knows a later word of this hub: its database was put back. What was off then is off again. */
  async takeBack(machine: string, { revision, machine: own, tenants }: KeptSendingWord): Promise<void> {
    await this.#database.transact(async (db) => {
      if (own === 'off') await db.updateTable('machines').set(OFF).where('name', '=', machine).execute();
      if (tenants.length > 0) await db.updateTable('tenants').set(OFF).where('name', 'in', tenants).execute();
      await db
        .updateTable('counters')
        .set((eb) => ({ value: eb.case().when('value', '>', revision).then(eb.ref('value')).else(revision).end() }))
        .where('name', '=', COUNTER)
        .execute();
      await countSendingChange(db);
    });
  }
}

const COUNTER = 'sending';
const OFF: { sending: Sending } = { sending: 'off' };

/** Those who tell machines look at this number. */
export async function countSendingChange(db: HubQueries): Promise<void> {
  await db
    .updateTable('counters')
    .set((eb) => ({ value: eb('value', '+', 1) }))
    .where('name', '=', COUNTER)
    .execute();
}

async function revisionOf(db: HubQueries): Promise<number> {
  const row = await db.selectFrom('counters').select('value').where('name', '=', COUNTER).executeTakeFirstOrThrow();
  return row.value;
}
