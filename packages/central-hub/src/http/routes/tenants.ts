import { HUB_ROUTES, type Tenant } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import { refuseRemains, remainsOf } from '../../machines/remains.ts';
import type { HubStore } from '../../store/index.ts';
import type { TenantRecord } from '../../store/records.ts';
import { noTenant } from '../../store/tenant-limits.ts';
import type { RouteContext } from '../hub-app.ts';

/** `/v1/tenants` */
export function tenantRoutes(app: HttpApp, { store, links, teller, ring }: RouteContext): void {
  serve(app, HUB_ROUTES.createTenant, async ({ body: { acceptRemains, ...body } }, reply) => {
    const record = { ...body, sending: 'on' as const, createdAt: new Date() };
    // One that exists is told as that, also where machines hold something.
    const isNew = (await store.tenants.get(body.name)) === null;
    if (isNew && !acceptRemains) refuseRemains(body.name, await remainsOf(body.name, links.all()));
    await store.tenants.create(record, { acceptRemains });
    reply.header('location', `/v1/tenants/${record.name}`);
    return told(store, record, []);
  });
  serve(app, HUB_ROUTES.listTenants, async ({ query }) => {
    const { items, next } = await store.tenants.list(query);
    const untold = await teller.untold();
    return { items: await Promise.all(items.map((record) => told(store, record, untold))), cursor: next };
  });
  serve(app, HUB_ROUTES.getTenant, async ({ params }) =>
    told(store, found(params.tenant, await store.tenants.get(params.tenant)), await teller.untold()),
  );
  serve(app, HUB_ROUTES.changeTenant, async ({ params: { tenant }, body: { title, limits, sending } }) => {
    const now = found(tenant, await store.tenants.get(tenant));
    const { sessions = now.limits.sessions, keys = now.limits.keys } = limits ?? {};
    const change = { title: title ?? now.title, limits: { sessions, keys }, sending };
    const changed = found(tenant, await store.tenants.update(tenant, change));
    return told(store, changed, sending === undefined ? await teller.untold() : await teller.tellAll());
  });
  serve(app, HUB_ROUTES.deleteTenant, async ({ params }) => {
    if (!(await store.tenants.delete(params.tenant))) throw noTenant(params.tenant);
    ring.forget();
  });
}

/** `untold`: the machines that do not know yet whether its sessions may send. */
async function told({ tenants }: HubStore, record: TenantRecord, untold: string[]): Promise<Tenant> {
  const { name, title, limits, sending, createdAt } = record;
  return { name, title, limits, ...(await tenants.counts(name)), sending, untold, createdAt: createdAt.toISOString() };
}

function found(name: string, record: TenantRecord | null): TenantRecord {
  if (record === null) throw noTenant(name);
  return record;
}
