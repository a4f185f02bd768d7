import { goodAnswersOf, hubSession, type Route, session as sessionSchema, tenantOf } from '@leadmaster/protocol';
import type { Caller } from '../keys/caller.ts';
import { forTenant } from '../tenants/for-tenant.ts';

/** What an answer of a machine is about. */
export interface Shown {
  route: Route;
  /** The full name. */
  session: string;
  machine: string;
  asOf: Date;
}

/** The answer of a machine as a caller may see it. */
export function shown(
  caller: Caller,
  { route, session, machine, asOf }: Shown,
  said: unknown,
  status: number,
): unknown {
  const isSession = status < 300 && answersSession(route);
  const whole = isSession ? { ...(said as object), ...hubFields(session, machine, asOf) } : said;
  return caller.kind === 'operator' ? whole : forTenant(caller, whole);
}

/** What the hub adds to a session. */
export function hubFields(session: string, machine: string, asOf: Date) {
  return { tenant: tenantOf(session), machine, asOf: asOf.toISOString() };
}

function answersSession(route: Route): boolean {
  return Object.values(goodAnswersOf(route)).some(
    (answer) =>
      'content' in answer && [sessionSchema, hubSession].includes(answer.content['application/json']?.schema as never),
  );
}
