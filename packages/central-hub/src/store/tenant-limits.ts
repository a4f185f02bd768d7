import { LeadMasterError } from '@leadmaster/protocol';
import type { HubDatabase, HubQueries } from './database.ts';
import type { TenantRow } from './tables.ts';

/**
 * The row of a tenant, locked until the transaction ends, so that what is counted against its limits stays true.
 * @throws LeadMasterError `tenant_not_found`.
 */
export async function lockTenant({ dialect }: HubDatabase, db: HubQueries, name: string): Promise<TenantRow> {
  const row = await dialect.locked(db.selectFrom('tenants').selectAll().where('name', '=', name)).executeTakeFirst();
  if (row !== undefined) return row;
  throw noTenant(name);
}

export function noTenant(name: string): LeadMasterError {
  return new LeadMasterError(
    'tenant_not_found',
    `There is no tenant "${name}".`,
    'See them with GET /v1/tenants; add it with POST /v1/tenants, or correct the name.',
  );
}

/** @throws LeadMasterError `limit_reached` where a tenant may have no more of something. */
export function refuseBeyond(limit: number | null, has: number, tenant: string, what: 'sessions' | 'keys'): void {
  if (limit === null || has < limit) return;
  throw new LeadMasterError(
    'limit_reached',
    `The tenant ${tenant} has ${has} ${what}, and may have ${limit}.`,
    `Remove ${what} of the tenant that are no longer used, or have the operator raise its limit.`,
    { extra: { limit, has } },
  );
}

/** Sessions of a tenant by their homes: also those that are being made. */
export async function sessionsOf(db: HubQueries, tenant: string): Promise<number> {
  const row = await db
    .selectFrom('homes')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function keysOf(db: HubQueries, tenant: string): Promise<number> {
  const row = await db
    .selectFrom('keys')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .executeTakeFirstOrThrow();
  return row.count;
}
