import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { HubDatabase, HubQueries } from './database.ts';
import { ago } from './dialect.ts';
import { revokeLinksOfGone } from './onboarding-ends.ts';
import type { HubTables } from './tables.ts';
import { lockTenant, refuseBeyond, sessionsOf } from './tenant-limits.ts';

/** A name and the machine that its requests go to. */
export interface Home {
  name: string;
  machine: string;
}

/** Which machine a name's requests go to. A name has one home, whichever machines report it. */
export class Homes {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /**
   * Takes a name for a session that a machine is about to make.
   * @throws LeadMasterError `limit_reached`, `tenant_not_found`.
   */
  async reserve({ name, tenant, machine }: Home & { tenant: string | null }): Promise<'reserved' | 'taken'> {
    return this.#database.transact(async (db) => {
      const limit = tenant === null ? null : (await lockTenant(this.#database, db, tenant)).session_limit;
      // A name that is taken is told as that, also where the tenant has no room for another.
      if ((await homeOf(db, name)) !== undefined) return 'taken';
      if (tenant !== null && limit !== null) refuseBeyond(limit, await sessionsOf(db, tenant), tenant, 'sessions');
      const made = await db
        .insertInto('homes')
        .values({ name, machine, tenant, since: this.#database.dialect.now })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('name')
        .executeTakeFirst();
      return made === undefined ? 'taken' : 'reserved';
    });
  }

  /**
   * Gives back a name whose session was not made; false where that is not its home, or where the machine has reported the
   * session meanwhile.
   */
  async release(name: string, machine: string): Promise<boolean> {
    return this.#database.transact(async (db) => {
      const gone = await db
        .deleteFrom('homes')
        .where('name', '=', name)
        .where('machine', '=', machine)
        .where(isUnreported)
        .returning('name')
        .executeTakeFirst();
      if (gone !== undefined) await revokeLinksOfGone(this.#database, db, [name]);
      return gone !== undefined;
    });
  }

  async machineOf(name: string): Promise<string | null> {
    const row = await this.#database.run((db) => homeOf(db, name));
    return row?.machine ?? null;
  }

  /** Sends the requests of a name to another machine; false where they did not go to `from`. */
  async move(name: string, from: string, to: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.run((db) =>
      db
        .updateTable('homes')
        .set({ machine: to, since: this.#database.dialect.now })
        .where('name', '=', name)
        .where('machine', '=', from)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }

  /**
   * Names that were taken for a session longer ago than that, and that their machine has not reported: the hub may have died
   * between the two. Ask the machine, then release.
   */
  async unreported(olderThanMs: number): Promise<Home[]> {
    return this.#database.run((db) =>
      db
        .selectFrom('homes')
        .select(['name', 'machine'])
        .where('since', '<', ago(this.#database.dialect, olderThanMs))
        .where(isUnreported)
        .orderBy('name')
        .execute(),
    );
  }
}

function homeOf(db: HubQueries, name: string): Promise<Home | undefined> {
  return db.selectFrom('homes').select(['name', 'machine']).where('name', '=', name).executeTakeFirst();
}

/** Whether the machine that a home is on has not told of the session. */
function isUnreported(eb: ExpressionBuilder<HubTables, 'homes'>): Expression<SqlBool> {
  const copy = eb
    .selectFrom('sessions')
    .select('sessions.name')
    .whereRef('sessions.name', '=', 'homes.name')
    .whereRef('sessions.machine', '=', 'homes.machine');
  return eb.not(eb.exists(copy));
}
