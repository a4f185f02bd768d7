import { answerForTenant, goodAnswersOf, hubSession, type Route, tenantOf } from '@leadmaster/protocol';
import type { Caller } from '../keys/caller.ts';

/** What an answer of a machine is about. */
export interface Shown {
  route: Route;
  /** The full name. */
  session: string;
  machine: string;
  asOf: Date;
  status: number;
}

/** The answer of a machine as a caller may see it. */
export function shown(caller: Caller, about: Shown, body: unknown): unknown {
  const { route, session, machine, asOf, status } = about;
  const told = caller.tenant === null ? body : answerForTenant(route, caller.tenant, { status, body });
  if (status >= 300 || !answersSession(route)) return told;
  return { ...(told as object), ...hubFields(caller, { session, machine, asOf }) };
}

/** What the hub adds to a session. A tenant is told of no machine. */
export function hubFields(caller: Caller, { session, machine, asOf }: Pick<Shown, 'session' | 'machine' | 'asOf'>) {
  return {
    tenant: tenantOf(session),
    machine: caller.tenant === null ? machine : null,
    asOf: asOf.toISOString(),
  };
}

function answersSession(route: Route): boolean {
  const schemas = Object.values(goodAnswersOf(route)).map((answer) =>
    'content' in answer ? answer.content['application/json']?.schema : undefined,
  );
  return schemas.some((schema) => schema === hubSession);
}
