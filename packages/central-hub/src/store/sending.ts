import type { KeptSendingWord, Sending, SendingWord } from '@leadmaster/protocol';
import type { SelectQueryBuilder } from 'kysely';
import type { HubDatabase, HubQueries } from './database.ts';
import type { HubTables } from './tables.ts';

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

  /** Machines that have a session which is to be switched off, also where it has come there since they were told. */
  async owingMachines(): Promise<ReadonlySet<string>> {
    return this.#machinesOf((db) => db.selectFrom('homes'));
  }

  /** Those of them whose word settles it: not where the session only leaves, which may last for as long as it is away. */
  async settlingMachines(): Promise<ReadonlySet<string>> {
    return this.#machinesOf(stayingHomes);
  }

  /** Whether a session's own sending is to be switched off once its machine answers, or once there is one of that name. */
  async isOwed(session: string): Promise<boolean> {
    const row = await this.#database.run((db) =>
      db.selectFrom('untold_sessions').select('name').where('name', '=', session).executeTakeFirst(),
    );
    return row !== undefined;
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

  /** Those of the sessions that stay at a machine: what it is told of them goes with them wherever they go later. */
  async staying(machine: string, sessions: readonly string[]): Promise<string[]> {
    if (sessions.length === 0) return [];
    const rows = await this.#database.run((db) =>
      stayingHomes(db)
        .select('homes.name')
        .where('homes.machine', '=', machine)
        .where('homes.name', 'in', sessions)
        .execute(),
    );
    return rows.map(({ name }) => name);
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
  async takeBack(machine: string, kept: KeptSendingWord): Promise<void> {
    await this.#database.transact((db) => takenBack(db, machine, kept));
  }

  /** Whether the hub came back from a backup since a machine was last told: that may know a later word than the backup. */
  async isBehind(machine: string): Promise<boolean> {
    const row = await this.#database.run((db) =>
      db.selectFrom('facts').select('value').where('name', '=', backedUpFor(machine)).executeTakeFirst(),
    );
    return row !== undefined;
  }

  /** What a machine was told after the backup was taken is off again. Once for each machine. */
  async catchUp(machine: string, kept: KeptSendingWord): Promise<void> {
    await this.#database.transact(async (db) => {
      const [known] = await db
        .deleteFrom('facts')
        .where('name', '=', backedUpFor(machine))
        .returning('value')
        .execute();
      if (known !== undefined && kept.revision > Number(known.value)) await takenBack(db, machine, kept);
    });
  }

  async #machinesOf(homes: (db: HubQueries) => Homes): Promise<ReadonlySet<string>> {
    const rows = await this.#database.run((db) =>
      homes(db)
        .innerJoin('untold_sessions', 'untold_sessions.name', 'homes.name')
        .select('homes.machine')
        .distinct()
        .execute(),
    );
    return new Set(rows.map(({ machine }) => machine));
  }
}

type Homes = SelectQueryBuilder<HubTables, 'homes', object>;

/** Homes of sessions that are there, on no move, and not given away by hand. */
function stayingHomes(db: HubQueries): Homes {
  return db
    .selectFrom('homes')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('moves')
            .select('moves.id')
            .where('moves.kind', '=', 'move')
            .whereRef('moves.subject', '=', 'homes.name')
            .where('moves.ended_at', 'is', null),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('sessions')
            .select('sessions.name')
            .whereRef('sessions.name', '=', 'homes.name')
            .whereRef('sessions.machine', '=', 'homes.machine')
            .where('sessions.state', '=', 'MOVED'),
        ),
      ),
    );
}

/** Remembers, in a database that came back from a backup, what each of its machines had been told by then. */
export async function rememberBackedUp(db: HubQueries): Promise<void> {
  const value = String(await revisionOf(db));
  const machines = await db.selectFrom('machines').select('name').execute();
  const facts = machines.map(({ name }) => ({ name: backedUpFor(name), value }));
  // One from an earlier return knows less, and counts.
  if (facts.length > 0)
    await db
      .insertInto('facts')
      .values(facts)
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
}

function backedUpFor(machine: string): string {
  return `sending in the backup, for ${machine}`;
}

async function takenBack(db: HubQueries, machine: string, kept: KeptSendingWord): Promise<void> {
  const { revision, machine: own, tenants } = kept;
  if (own === 'off') await db.updateTable('machines').set(OFF).where('name', '=', machine).execute();
  if (tenants.length > 0) await db.updateTable('tenants').set(OFF).where('name', 'in', tenants).execute();
  await db
    .updateTable('counters')
    .set((eb) => ({ value: eb.case().when('value', '>', revision).then(eb.ref('value')).else(revision).end() }))
    .where('name', '=', COUNTER)
    .execute();
  await countSendingChange(db);
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
