import type { HubDatabase } from './database.ts';
import { ago } from './dialect.ts';
import type { OperationRecord } from './records.ts';
import type { OperationRow } from './tables.ts';

/** Which operations are asked for; what is left out does not narrow. */
export interface OperationQuery {
  /** Those that this key began; null for the operator's own. */
  keyId?: string | null | undefined;
  /** Those of this tenant; null for those of none. */
  tenant?: string | null | undefined;
  limit: number;
}

/** Who began an operation and where it runs. How far it is, its machine knows. */
export class OperationOwners {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /** Keeps who began an operation. The first word stays: an id never changes its owner. */
  async put(record: OperationRecord): Promise<void> {
    await this.#database.transact((db) =>
      db
        .insertInto('operations')
        .values(toRow(record))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute(),
    );
  }

  async get(id: string): Promise<OperationRecord | null> {
    const row = await this.#database.run((db) =>
      db.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    return row === undefined ? null : toRecord(row);
  }

  /** Newest first. */
  async list({ keyId, tenant, limit }: OperationQuery): Promise<OperationRecord[]> {
    const rows = await this.#database.run((db) => {
      let query = db.selectFrom('operations').selectAll();
      if (keyId !== undefined) query = query.where('key_id', keyId === null ? 'is' : '=', keyId);
      if (tenant !== undefined) query = query.where('tenant', tenant === null ? 'is' : '=', tenant);
      return query.orderBy('started_at', 'desc').orderBy('id').limit(limit).execute();
    });
    return rows.map(toRecord);
  }

  /** Forgets those that began longer ago; answers how many. */
  async prune(olderThanMs: number): Promise<number> {
    const { dialect } = this.#database;
    const { numDeletedRows } = await this.#database.transact((db) =>
      db.deleteFrom('operations').where('started_at', '<', ago(dialect, olderThanMs)).executeTakeFirst(),
    );
    return Number(numDeletedRows);
  }
}

function toRow({ id, machine, keyId, tenant, session, startedAt }: OperationRecord): OperationRow {
  return { id, machine, key_id: keyId, tenant, session, started_at: startedAt.getTime() };
}

function toRecord(row: OperationRow): OperationRecord {
  return {
    id: row.id,
    machine: row.machine,
    keyId: row.key_id,
    tenant: row.tenant,
    session: row.session,
    startedAt: new Date(row.started_at),
  };
}
