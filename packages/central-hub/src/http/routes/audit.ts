import { type AuditHead, HUB_ROUTES } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { AuditMark, AuditRecord } from '../../store/audit-rows.ts';
import type { RouteContext } from '../hub-app.ts';

/** `/v1/audit` */
export function auditRoutes(app: HttpApp, { store, closing }: RouteContext): void {
  serve(app, HUB_ROUTES.listAudit, async ({ query }) => {
    const { items, cursor } = await store.audit.page(query);
    return { items: items.map(told), cursor };
  });
  serve(app, HUB_ROUTES.getAuditHead, async () => headOf(await store.audit.head()));
  serve(app, HUB_ROUTES.verifyAudit, async ({ query }, reply) => {
    const [line, mac = ''] = query.head?.split(':') ?? [];
    const given = line === undefined ? null : { line: Number(line), mac };
    const found = await store.audit.verify(given, callerSignal(reply, closing));
    const { checkpoint, head } = found;
    return { ...found, head: headOf(head), checkpoint: checkpoint === null ? null : headOf(checkpoint) };
  });
}

function told({ at, ...record }: AuditRecord) {
  return { ...record, at: at.toISOString() };
}

function headOf({ line, at, mac }: AuditMark): AuditHead {
  return { line, at: at === null ? null : new Date(at).toISOString(), mac };
}
