import { type AuditHead, HUB_ROUTES, LeadMasterError } from '@leadmaster/protocol';
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
  serve(app, HUB_ROUTES.verifyAudit, async ({ query: { line, mac } }, reply) => {
    if ((line === undefined) !== (mac === undefined)) throw halfAHead();
    const given = line === undefined || mac === undefined ? null : { line, mac };
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

function halfAHead(): LeadMasterError {
  return new LeadMasterError(
    'invalid_request',
    'A head of the audit is a line and its mac; the request gives one of them.',
    'Send both as GET /v1/audit/head gave them, or neither.',
  );
}
