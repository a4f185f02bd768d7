import {
  answerForTenant,
  goodAnswersOf,
  HUB_ROUTES,
  type HubSession,
  hubSession,
  type Route,
  type Session,
  tenantOf,
} from '@leadmaster/protocol';
import type { Caller } from '../keys/caller.ts';

/** What an answer of a machine is about. */
export interface Shown {
  route: Route;
  /** The full name. */
  session: string;
  machine: string;
  asOf: Date;
  /** Since when the machine does not answer; null or left out while it does. */
  silentSince?: Date | null;
  status: number;
}

/** The answer of a machine as a caller may see it; null where there is nothing in it for that caller. */
export function shown(caller: Caller, about: Shown, body: unknown): unknown {
  const { route, status } = about;
  const told = caller.tenant === null ? body : answerForTenant(route, caller.tenant, { status, body });
  if (told === null || !answersSession(route, status)) return told;
  return { ...(told as object), ...hubFields(caller, about) };
}

/** A session as a caller may see it, from its machine or from the store. */
export function seenSession(
  caller: Caller,
  session: Session,
  known: Pick<Shown, 'machine' | 'asOf' | 'silentSince'>,
): HubSession {
  const about = { ...known, route: HUB_ROUTES.getSession, session: session.name, status: 200 };
  return shown(caller, about, session) as HubSession;
}

/** What the hub adds to a session. A tenant is told of no machine. */
export function hubFields(
  caller: Caller,
  { session, machine, asOf, silentSince = null }: Pick<Shown, 'session' | 'machine' | 'asOf' | 'silentSince'>,
) {
  return {
    tenant: tenantOf(session),
    machine: caller.tenant === null ? machine : null,
    asOf: asOf.toISOString(),
    silentSince: silentSince?.toISOString() ?? null,
  };
}

/** A long call that continues is told as its operation, which is no session. */
function answersSession(route: Route, status: number): boolean {
  const answer = goodAnswersOf(route)[status];
  return answer !== undefined && 'content' in answer && answer.content['application/json']?.schema === hubSession;
}
