import type { HubDatabase, HubQueries } from './database.ts';
import { ahead } from './dialect.ts';
import type { Lease, LogPosition } from './records.ts';

/** Another holder has claimed the machine since, the lease ran out, or its log is known further than the writer thought. */
export class LeaseLost extends Error {
  constructor({ machine, generation }: Pick<Lease, 'machine' | 'generation'>) {
    super(`lease ${generation} of the log of machine ${machine} is lost`);
    this.name = 'LeaseLost';
  }
}

/**
 * Who reads the log of a machine. Time is that of the database alone, compared in its statements: the clocks of hubs may
 * differ. Each claim has a generation of its own, which is written with every effect. A lease is never given back: one who has
 * lost it without knowing would give back that of another. It runs out.
 */
export class Leases {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /**
   * Claims the log of a machine for so long; null while another holds it, or where there is no such machine. A second claim of
   * the same holder ends its first one.
   */
  async claim(machine: string, holder: string, seconds: number): Promise<Lease | null> {
    const { dialect } = this.#database;
    const row = await this.#database.run((db) =>
      db
        .updateTable('machines')
        .set((eb) => ({ holder, generation: eb('generation', '+', 1), leased_until: ahead(dialect, seconds * 1000) }))
        .where('name', '=', machine)
        .where((eb) =>
          eb.or([eb('holder', 'is', null), eb('holder', '=', holder), eb('leased_until', '<=', dialect.now)]),
        )
        .returning(['generation', 'log_id', 'cursor'])
        .executeTakeFirst(),
    );
    if (row === undefined) return null;
    return { machine, generation: row.generation, position: { logId: row.log_id, cursor: row.cursor } };
  }

  /** Makes a lease last for so long from now; false where it is lost. One that has run out is lost, also when none has claimed since. */
  async renew(lease: Lease, holder: string, seconds: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.run((db) =>
      db
        .updateTable('machines')
        .set({ leased_until: ahead(this.#database.dialect, seconds * 1000) })
        .where('name', '=', lease.machine)
        .where('generation', '=', lease.generation)
        .where('holder', '=', holder)
        .where('leased_until', '>', this.#database.dialect.now)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }
}

/**
 * Moves the known end of a machine's log, within the transaction of the effect, for the holder of that lease alone. Holds the
 * machine's row until the commit: a claim by another waits for it, and finds all of the effect or nothing.
 * @throws LeaseLost.
 */
export async function advance(
  { dialect }: HubDatabase,
  db: HubQueries,
  lease: Pick<Lease, 'machine' | 'generation'>,
  { from, to }: { from: LogPosition; to: LogPosition },
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('machines')
    .set({ log_id: to.logId, cursor: to.cursor })
    .where('name', '=', lease.machine)
    .where('generation', '=', lease.generation)
    .where('leased_until', '>', dialect.now)
    .where('log_id', from.logId === null ? 'is' : '=', from.logId)
    .where('cursor', '=', from.cursor)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new LeaseLost(lease);
}
