import type { Action, ActionFields } from '../actions.ts';
import { ROUTES, type RouteId } from '../routes/index.ts';
import { wordOf } from '../word-of.ts';
import { nameForTenant } from './words.ts';

/** The orders that a tenant can give itself, with the body of each that needs one. What is not here is the operator's. */
const ORDERS: Partial<Record<Action['kind'], readonly [route: RouteId, body?: string]>> = {
  start: ['startSession'],
  stop: ['stopSession'],
  restart: ['restartSession'],
  log_out: ['logoutSession'],
  delete: ['deleteSession'],
  scan_qr: ['getQr'],
  account_accept: ['settleAccount', '{"accept":true}'],
  account_unlink: ['settleAccount', '{"unlink":true}'],
  sending_on: ['changeSession', '{"sending":"on"}'],
  snapshot_list: ['listSnapshots'],
  snapshot_create: ['createSnapshot'],
  snapshot_verify: ['verifySnapshot'],
  snapshot_delete: ['deleteSnapshot'],
  snapshot_prune: ['pruneSnapshots'],
  restore: ['restoreSnapshot'],
  export: ['exportSnapshot'],
  trim: ['trimStorage'],
  show_capabilities: ['getCapabilities'],
  show_sessions: ['listSessions'],
  show_events: ['listSessionEvents'],
  show_storage: ['getStorage'],
  check: ['checkSession'],
};

/** Fields of actions that only the operator can mean. */
const OPERATORS = ['originRetired', 'olderLogin', 'retire', 'force', 'undo'];
/** Fields that a tenant's action may have: never a file or an address. */
const KEPT = ['snapshot', 'purge', 'drill', 'start'];

const ASK = 'Ask the operator of this LeadMaster.';

/** The same action as a tenant can give it; null where it is the operator's, or about a session that is not the tenant's. */
export function actionForTenant(action: Action, tenant: string): Action | null {
  const fields: Record<string, unknown> = { ...action };
  if (wordOf(ORDERS, action.kind) === null || OPERATORS.some((field) => field in fields)) return null;
  const kept = Object.fromEntries(Object.entries(fields).filter(([field]) => KEPT.includes(field)));
  if (fields.session === undefined) return { kind: action.kind, ...kept } as Action;
  const session = nameForTenant(fields.session, tenant);
  return session === null ? null : ({ kind: action.kind, session, ...kept } as Action);
}

/** A hint and its actions as a tenant is told them: what it can do itself, as routes; else whom to ask. Empty stays empty. */
export function adviceForTenant(
  { hint, action, furtherActions = [] }: { hint?: unknown } & ActionFields,
  tenant: string,
): { hint: string } & ActionFields {
  const all = [...(action === undefined ? [] : [action]), ...furtherActions];
  const [first, ...further] = all.map((one) => actionForTenant(one, tenant)).filter((one) => one !== null);
  if (first === undefined) return { hint: hint === '' ? '' : ASK };
  return {
    hint: `Use ${[first, ...further].map(routeOf).join(', or ')}.`,
    action: first,
    ...(further.length === 0 ? {} : { furtherActions: further }),
  };
}

/** The route that does it, with what is left open in braces. */
function routeOf(action: Action): string {
  const [id, body] = ORDERS[action.kind] ?? [];
  if (id === undefined) return '';
  const fields: Record<string, unknown> = action;
  const path = ROUTES[id].path.replaceAll(/\{(\w+)\}/g, (open, field: string) => String(fields[field] ?? open));
  return [ROUTES[id].method, path, ...(body === undefined ? [] : [body])].join(' ');
}
