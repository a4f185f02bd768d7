import type { HubDatabase, HubQueries } from './database.ts';
import { pageOf } from './paging.ts';
import type { KeyRecord, Page } from './records.ts';
import type { KeyRow } from './tables.ts';
import { keysOf, lockTenant, refuseBeyond } from './tenant-limits.ts';

/** The last use of a key is written so often at most. */
const TOUCH_EVERY_MS = 60_000;

/** What a list of keys is about. `tenant`: null for the operator's own; left out for all. */
export interface KeyQuery {
  tenant?: string | null | undefined;
  after?: string | undefined;
  limit: number;
}

/** The keys that open the hub. */
export class Keys {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /** Keeps a key with the hash of its secret. @throws LeadMasterError `limit_reached`, `tenant_not_found`. */
  async create(record: KeyRecord, secretHash: Buffer): Promise<void> {
    await this.#database.transact(async (db) => {
      if (record.tenant !== null) await this.#refuseBeyondLimit(db, record.tenant);
      await db.insertInto('keys').values(toRow(record, secretHash)).execute();
      await countKeyChange(db);
    });
  }

  /** A key by the part of it that may be shown, with the hash of its secret. */
  async find(id: string): Promise<{ record: KeyRecord; hash: Buffer } | null> {
    const row = await this.#database.run((db) =>
      db.selectFrom('keys').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    return row === undefined ? null : { record: toRecord(row), hash: row.hash };
  }

  /** By id. */
  async list({ tenant, after, limit }: KeyQuery): Promise<Page<KeyRecord>> {
    const rows = await this.#database.run((db) =>
      db
        .selectFrom('keys')
        .selectAll()
        .where('id', '>', after ?? '')
        .$if(tenant === null, (query) => query.where('tenant', 'is', null))
        .$if(typeof tenant === 'string', (query) => query.where('tenant', '=', tenant as string))
        .orderBy('id')
        .limit(limit + 1)
        .execute(),
    );
    return pageOf(rows, limit, (row) => row.id, toRecord);
  }

  /** Ends a key; with a tenant, only one of that tenant. False where there is none. */
  async revoke(id: string, tenant?: string): Promise<boolean> {
    return this.#database.transact(async (db) => {
      const gone = await db
        .deleteFrom('keys')
        .where('id', '=', id)
        .$if(tenant !== undefined, (query) => query.where('tenant', '=', tenant as string))
        .returning('id')
        .executeTakeFirst();
      if (gone === undefined) return false;
      await countKeyChange(db);
      return true;
    });
  }

  /** Notes the last use, once a minute at most. */
  async touch(id: string, at: Date): Promise<void> {
    const due = at.getTime() - TOUCH_EVERY_MS;
    await this.#database.run((db) =>
      db
        .updateTable('keys')
        .set({ last_used_at: at.getTime() })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', due)]))
        .execute(),
    );
  }

  /** Grows with every key that is made or ended, by whichever hub: as long as it stays, what is known of keys is true. */
  async revision(): Promise<number> {
    const row = await this.#database.run((db) =>
      db.selectFrom('counters').select('value').where('name', '=', 'keys').executeTakeFirstOrThrow(),
    );
    return row.value;
  }

  async #refuseBeyondLimit(db: HubQueries, tenant: string): Promise<void> {
    const { key_limit } = await lockTenant(this.#database, db, tenant);
    if (key_limit !== null) refuseBeyond(key_limit, await keysOf(db, tenant), tenant, 'keys');
  }
}

/** Makes the revision of the keys grow, with the transaction that changes them. */
export async function countKeyChange(db: HubQueries): Promise<void> {
  await db
    .updateTable('counters')
    .set((eb) => ({ value: eb('value', '+', 1) }))
    .where('name', '=', 'keys')
    .execute();
}

function toRow(record: KeyRecord, hash: Buffer): KeyRow {
  return {
    id: record.id,
    name: record.name,
    tenant: record.tenant,
    scopes: JSON.stringify(record.scopes),
    sessions: record.sessions === null ? null : JSON.stringify(record.sessions),
    addresses: record.addresses === null ? null : JSON.stringify(record.addresses),
    created_at: record.createdAt.getTime(),
    expires_at: record.expiresAt?.getTime() ?? null,
    last_used_at: record.lastUsedAt?.getTime() ?? null,
    hash,
  };
}

function toRecord(row: KeyRow): KeyRecord {
  return {
    id: row.id,
    name: row.name,
    tenant: row.tenant,
    scopes: JSON.parse(row.scopes),
    sessions: row.sessions === null ? null : JSON.parse(row.sessions),
    addresses: row.addresses === null ? null : JSON.parse(row.addresses),
    createdAt: new Date(row.created_at),
    expiresAt: dateOf(row.expires_at),
    lastUsedAt: dateOf(row.last_used_at),
  };
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
