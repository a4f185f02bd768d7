import { LeadMasterError, type Problem, type Progress } from '@leadmaster/protocol';
import { sql } from 'kysely';
import type { HubDatabase, HubQueries } from './database.ts';
import { ago, ahead } from './dialect.ts';
import type { MoveRecord } from './records.ts';
import type { MoveRow } from './tables.ts';

/** What is asked for: a session to another machine, or a machine without sessions. */
export type WantedMove = Pick<
  MoveRecord,
  'id' | 'kind' | 'subject' | 'source' | 'target' | 'atOnce' | 'partOf' | 'keyId'
>;

/** The right to work on a move, for a while. Written with every change, so that a late writer is refused. */
export interface MoveClaim {
  id: string;
  /** Counts up with each claim. */
  generation: number;
}

/** Another hub works on the move since, or it has ended. */
export class MoveLost extends Error {
  constructor({ id, generation }: MoveClaim) {
    super(`claim ${generation} of the move ${id} is lost`);
    this.name = 'MoveLost';
  }
}

const NEXT = sql<number>`revision + 1`;

/** Moves of sessions between machines, and machines that are emptied: what the hub has begun, and finishes after any end of its own. */
export class Moves {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /**
   * Keeps a move that is to be done. Where one of that subject is open, that one is answered instead: `isNew` is false.
   * @throws LeadMasterError `machine_not_found` where one of its machines was removed.
   */
  async begin(wanted: WantedMove): Promise<{ move: MoveRecord; isNew: boolean }> {
    return this.#database.transact(async (db) => {
      await this.#holdMachines(db, [wanted.source, ...(wanted.target === null ? [] : [wanted.target])]);
      const made = await db
        .insertInto('moves')
        .values({ ...rowOf(wanted), started_at: this.#database.dialect.now })
        .onConflict((conflict) => conflict.columns(['kind', 'subject']).where('ended_at', 'is', null).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (made !== undefined) return { move: toRecord(made), isNew: true };
      return { move: toRecord(await openRow(db, wanted).executeTakeFirstOrThrow()), isNew: false };
    });
  }

  async get(id: string): Promise<MoveRecord | null> {
    const row = await this.#database.run((db) =>
      db.selectFrom('moves').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    return row === undefined ? null : toRecord(row);
  }

  /** The move of a subject that has not ended; null where there is none. */
  async open(subject: Pick<MoveRecord, 'kind' | 'subject'>): Promise<MoveRecord | null> {
    const row = await this.#database.run((db) => openRow(db, subject).executeTakeFirst());
    return row === undefined ? null : toRecord(row);
  }

  /** Newest first. `keyId`: those that this key began, null for the operator's own; left out: all. */
  async list({ keyId, limit }: { keyId?: string | null | undefined; limit: number }): Promise<MoveRecord[]> {
    const rows = await this.#database.run((db) => {
      let query = db.selectFrom('moves').selectAll();
      if (keyId !== undefined) query = query.where('key_id', keyId === null ? 'is' : '=', keyId);
      return query.orderBy('started_at', 'desc').orderBy('id').limit(limit).execute();
    });
    return rows.map(toRecord);
  }

  /** The moves that belong to an emptying, oldest first. */
  async partsOf(id: string): Promise<MoveRecord[]> {
    const rows = await this.#database.run((db) =>
      db.selectFrom('moves').selectAll().where('part_of', '=', id).orderBy('started_at').orderBy('id').execute(),
    );
    return rows.map(toRecord);
  }

  /** Machines that a session has left in the last so many milliseconds, by moves that went well. */
  async leftLately(session: string, withinMs: number): Promise<string[]> {
    const rows = await this.#database.run((db) =>
      db
        .selectFrom('moves')
        .select('source')
        .distinct()
        .where('subject', '=', session)
        .where('kind', '=', 'move')
        .where('result', 'is not', null)
        .where('ended_at', '>', ago(this.#database.dialect, withinMs))
        .execute(),
    );
    return rows.map(({ source }) => source);
  }

  /** Claims a move that no hub works on, for so long; null where there is none. */
  async claim(holder: string, seconds: number): Promise<{ claim: MoveClaim; move: MoveRecord } | null> {
    const { dialect } = this.#database;
    return this.#database.transact(async (db) => {
      const free = await dialect
        .locked(
          db
            .selectFrom('moves')
            .selectAll()
            .where('ended_at', 'is', null)
            .where((eb) => eb.or([eb('holder', 'is', null), eb('leased_until', '<=', dialect.now)]))
            .orderBy('started_at')
            .limit(1),
        )
        .executeTakeFirst();
      if (free === undefined) return null;
      const row = await db
        .updateTable('moves')
        .set((eb) => ({ holder, generation: eb('generation', '+', 1), leased_until: ahead(dialect, seconds * 1000) }))
        .where('id', '=', free.id)
        .where('generation', '=', free.generation)
        .where('ended_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) return null;
      return { claim: { id: row.id, generation: row.generation }, move: toRecord(row) };
    });
  }

  /** Frees what a holder of this name has left: it was one before this process. */
  async free(holder: string): Promise<void> {
    await this.#database.run((db) =>
      db.updateTable('moves').set({ leased_until: 0 }).where('holder', '=', holder).execute(),
    );
  }

  /** Makes a claim last for so long from now; false where it is lost, or the move has ended. */
  async renew(claim: MoveClaim, seconds: number): Promise<boolean> {
    return this.#write(claim, { leased_until: ahead(this.#database.dialect, seconds * 1000) });
  }

  /** Tells how far it has come. @throws MoveLost. */
  async progress(claim: MoveClaim, { phase, done, total }: Progress): Promise<void> {
    await this.#change(claim, { phase, done: Math.round(done), total, revision: NEXT });
  }

  /** Ends it, with what it came to or why it failed. @throws MoveLost. */
  async end(claim: MoveClaim, end: { result: unknown } | { error: Problem }): Promise<void> {
    const told =
      'error' in end
        ? { result: null, error: JSON.stringify(end.error) }
        : { result: JSON.stringify(end.result), error: null };
    await this.#change(claim, { ...told, revision: NEXT, ended_at: this.#database.dialect.now });
  }

  /** Has a session come back, or go on after all; false where its move has ended. */
  async setUndone(id: string, isUndone: boolean): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.run((db) =>
      db
        .updateTable('moves')
        .set({ is_undone: isUndone ? 1 : 0, revision: NEXT })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }

  /** Forgets those that ended longer ago. */
  async prune(olderThanMs: number): Promise<void> {
    await this.#database.run((db) =>
      db.deleteFrom('moves').where('ended_at', '<', ago(this.#database.dialect, olderThanMs)).execute(),
    );
  }

  async #change(claim: MoveClaim, change: object): Promise<void> {
    if (!(await this.#write(claim, change))) throw new MoveLost(claim);
  }

  async #write(claim: MoveClaim, change: object): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.run((db) =>
      db
        .updateTable('moves')
        .set(change)
        .where('id', '=', claim.id)
        .where('generation', '=', claim.generation)
        .where('ended_at', 'is', null)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }

  /** Holds the rows of machines until the transaction ends: none of them is removed meanwhile. */
  async #holdMachines(db: HubQueries, names: readonly string[]): Promise<void> {
    const query = db.selectFrom('machines').select('name').where('name', 'in', names).orderBy('name');
    const found = (await this.#database.dialect.locked(query).execute()).map(({ name }) => name);
    const missing = names.find((name) => !found.includes(name));
    if (missing === undefined) return;
    throw new LeadMasterError(
      'machine_not_found',
      `There is no machine "${missing}".`,
      'See "./leadmaster machines list".',
    );
  }
}

function openRow(db: HubQueries, { kind, subject }: Pick<MoveRecord, 'kind' | 'subject'>) {
  return db
    .selectFrom('moves')
    .selectAll()
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('ended_at', 'is', null);
}

function rowOf({ id, kind, subject, source, target, atOnce, partOf, keyId }: WantedMove): Omit<MoveRow, 'started_at'> {
  return {
    ...{ id, kind, subject, source, target, at_once: atOnce, part_of: partOf, key_id: keyId },
    ...{ is_undone: 0, revision: 1, phase: 'begun', done: 0, total: null, result: null, error: null },
    ...{ ended_at: null, holder: null, generation: 0, leased_until: 0 },
  };
}

function toRecord(row: MoveRow): MoveRecord {
  const { id, kind, subject, source, target, revision, phase, done, total } = row;
  return {
    ...{ id, kind, subject, source, target, revision, progress: { phase, done, total } },
    atOnce: row.at_once,
    partOf: row.part_of,
    keyId: row.key_id,
    isUndone: row.is_undone === 1,
    result: row.result === null ? null : JSON.parse(row.result),
    error: row.error === null ? null : JSON.parse(row.error),
    startedAt: new Date(row.started_at),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at),
  };
}
