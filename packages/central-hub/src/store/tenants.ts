import { LeadMasterError } from '@leadmaster/protocol';
import type { HubDatabase, HubQueries } from './database.ts';
import { countKeyChange } from './keys.ts';
import { pageOf } from './paging.ts';
import type { Page, TenantRecord } from './records.ts';
import { countSendingChange } from './sending.ts';
import type { TenantRow } from './tables.ts';
import { keysOf, sessionsOf } from './tenant-limits.ts';

/** What is left out stays. */
type TenantChange = { [K in 'title' | 'limits' | 'sending']?: TenantRecord[K] | undefined };

/** The clients of this installation. */
export class Tenants {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /**
   * `acceptRemains`: also where machines have told of sessions of that name.
   * @throws LeadMasterError `tenant_exists`, `tenant_has_remains`.
   */
  async create(record: TenantRecord, { acceptRemains = false }: { acceptRemains?: boolean } = {}): Promise<void> {
    await this.#database.transact(async (db) => {
      const made = await db
        .insertInto('tenants')
        .values(toRow(record))
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('name')
        .executeTakeFirst();
      if (made === undefined) throw tenantExists(record.name);
      if (!acceptRemains && (await hasSessions(db, record.name))) throw tenantHasRemains(record.name);
    });
  }

  /** Those of the names that no tenant has. */
  async absent(names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return [];
    const rows = await this.#database.run((db) =>
      db.selectFrom('tenants').select('name').where('name', 'in', names).execute(),
    );
    const known = new Set(rows.map(({ name }) => name));
    return names.filter((name) => !known.has(name));
  }

  async get(name: string): Promise<TenantRecord | null> {
    const row = await this.#database.run((db) => oneTenant(db, name));
    return row === undefined ? null : toRecord(row);
  }

  /** By name. */
  async list({ after, limit }: { after?: string | undefined; limit: number }): Promise<Page<TenantRecord>> {
    const rows = await this.#database.run((db) =>
      db
        .selectFrom('tenants')
        .selectAll()
        .where('name', '>', after ?? '')
        .orderBy('name')
        .limit(limit + 1)
        .execute(),
    );
    return pageOf(rows, limit, (row) => row.name, toRecord);
  }

  /** What is left out stays. Limits below what the tenant has already are taken: they stop what is new. */
  async update(name: string, change: TenantChange): Promise<TenantRecord | null> {
    const row = await this.#database.transact(async (db) => {
      const found = await this.#database.dialect
        .locked(db.selectFrom('tenants').selectAll().where('name', '=', name))
        .executeTakeFirst();
      if (found === undefined) return undefined;
      const changed = toRow({ ...toRecord(found), ...given(change) });
      if (changed.sending !== found.sending) await countSendingChange(db);
      return db.updateTable('tenants').set(changed).where('name', '=', name).returningAll().executeTakeFirst();
    });
    return row === undefined ? null : toRecord(row);
  }

  /**
   * Deletes a tenant and its keys; false where there is none.
   * @throws LeadMasterError `tenant_has_sessions` while a machine has one, or is making one.
   */
  async delete(name: string): Promise<boolean> {
    return this.#database.transact(async (db) => {
      // A session or a key of the tenant is made under this lock too: none comes between the look and the deletion.
      const row = await this.#database.dialect
        .locked(db.selectFrom('tenants').select('name').where('name', '=', name))
        .executeTakeFirst();
      if (row === undefined) return false;
      if (await hasSessions(db, name)) throw tenantHasSessions(name);
      await db.deleteFrom('keys').where('tenant', '=', name).execute();
      await countKeyChange(db);
      // What its deleted sessions left is not for another client of that name. No name of a tenant has a wildcard in it.
      await db.deleteFrom('untold_sessions').where('name', 'like', `${name}.%`).execute();
      const { sending } = await db
        .deleteFrom('tenants')
        .where('name', '=', name)
        .returning('sending')
        .executeTakeFirstOrThrow();
      if (sending === 'off') await countSendingChange(db);
      return true;
    });
  }

  /** How much of its limits a tenant uses: sessions that it has or is making, and keys. */
  async counts(name: string): Promise<{ sessions: number; keys: number }> {
    return this.#database.run(async (db) => ({
      sessions: await sessionsOf(db, name),
      keys: await keysOf(db, name),
    }));
  }
}

async function hasSessions(db: HubQueries, tenant: string): Promise<boolean> {
  const home = await db.selectFrom('homes').select('name').where('tenant', '=', tenant).limit(1).executeTakeFirst();
  if (home !== undefined) return true;
  const copy = await db.selectFrom('sessions').select('name').where('tenant', '=', tenant).limit(1).executeTakeFirst();
  return copy !== undefined;
}

function oneTenant(db: HubQueries, name: string): Promise<TenantRow | undefined> {
  return db.selectFrom('tenants').selectAll().where('name', '=', name).executeTakeFirst();
}

function given({ title, limits, sending }: TenantChange) {
  return {
    ...(title === undefined ? {} : { title }),
    ...(limits === undefined ? {} : { limits }),
    ...(sending === undefined ? {} : { sending }),
  };
}

function toRow({ name, title, limits, sending, createdAt }: TenantRecord): TenantRow {
  return {
    name,
    title,
    session_limit: limits.sessions,
    key_limit: limits.keys,
    created_at: createdAt.getTime(),
    sending,
  };
}

function toRecord(row: TenantRow): TenantRecord {
  return {
    name: row.name,
    title: row.title,
    limits: { sessions: row.session_limit, keys: row.key_limit },
    sending: row.sending,
    createdAt: new Date(row.created_at),
  };
}

function tenantExists(name: string): LeadMasterError {
  return new LeadMasterError(
    'tenant_exists',
    `There is a tenant ${name} already.`,
    'Choose another name, or use it as it is.',
  );
}

function tenantHasRemains(name: string): LeadMasterError {
  return new LeadMasterError(
    'tenant_has_remains',
    `A machine has told of sessions under the name ${name}.`,
    `See them with GET /v1/sessions?tenant=${name}; delete them, or confirm with acceptRemains that they belong to this tenant.`,
  );
}

function tenantHasSessions(name: string): LeadMasterError {
  return new LeadMasterError(
    'tenant_has_sessions',
    `The tenant ${name} has sessions.`,
    'Delete its sessions first, or move them to another name.',
  );
}
