import { HUB_ROUTES, type HubKey, LeadMasterError, nameOf, tenantOf } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import { hashOf, newKey, writeKey } from '../../keys/key-text.ts';
import type { KeyRecord } from '../../store/records.ts';
import { noTenant } from '../../store/tenant-limits.ts';
import type { RouteContext } from '../hub-app.ts';

/** `/v1/keys` */
export function keyRoutes(app: HttpApp, { store, ring }: RouteContext): void {
  serve(app, HUB_ROUTES.createKey, async ({ body }) => {
    const { tenant, sessions, expiresAt, ...rest } = body;
    const createdAt = new Date();
    if (tenant !== null && (await store.tenants.get(tenant)) === null) throw noTenant(tenant);
    const { id, secret } = newKey();
    const record: KeyRecord = {
      ...rest,
      id,
      tenant,
      sessions: sessions === null ? null : sessions.map((name) => within(tenant, name)),
      createdAt,
      expiresAt: expiresAt === null ? null : later(expiresAt, createdAt),
      lastUsedAt: null,
    };
    await store.keys.create(record, hashOf(secret));
    return { ...told(record), key: writeKey({ id, secret }) };
  });
  serve(app, HUB_ROUTES.listKeys, async ({ query }) => {
    const { items, next } = await store.keys.list(query);
    return { items: items.map(told), cursor: next };
  });
  serve(app, HUB_ROUTES.revokeKey, async ({ params }) => {
    if (!(await store.keys.revoke(params.key))) throw noKey(params.key);
    ring.forget();
  });
}

/** When a key ends. @throws LeadMasterError `expiry_in_past`. */
function later(expiresAt: string, createdAt: Date): Date {
  const end = new Date(expiresAt);
  if (end > createdAt) return end;
  throw new LeadMasterError(
    'expiry_in_past',
    `The key would have ended at ${expiresAt}, and it is ${createdAt.toISOString()} by the clock of the hub.`,
    'Give a time in the future, or leave "expiresAt" out for a key without an end.',
  );
}

function noKey(id: string): LeadMasterError {
  return new LeadMasterError('key_not_found', `There is no key "${id}".`, 'See them with GET /v1/keys.');
}

/** The full name of a session that a tenant's key is for. */
function within(tenant: string | null, name: string): string {
  if (tenant === null || tenantOf(name) === tenant) return name;
  if (tenantOf(name) === null) return nameOf(tenant, name);
  throw new LeadMasterError(
    'invalid_session_name',
    `"${name}" is no session of the tenant "${tenant}".`,
    'Name the sessions of the tenant alone, with its prefix or without.',
  );
}

function told({ createdAt, expiresAt, lastUsedAt, ...record }: KeyRecord): HubKey {
  return {
    ...record,
    scopes: [...record.scopes],
    sessions: record.sessions === null ? null : [...record.sessions],
    addresses: record.addresses === null ? null : [...record.addresses],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
