import { LeadMasterError } from '@leadmaster/protocol';
import { type Caller, fullName, mayReach } from '../keys/caller.ts';
import type { MachineLink } from '../machines/link.ts';
import type { RouteContext } from './hub-app.ts';

/** Where the requests for a session go. */
export interface Target {
  /** The full name. */
  session: string;
  link: MachineLink;
}

/**
 * Finds the session that a caller names. One that is not there and one that is not the caller's take the same way: the full name
 * is built, its home is looked up once, and then it is refused.
 *
 * @throws LeadMasterError `session_not_found`
 */
export async function targetOf(
  { store, links }: Pick<RouteContext, 'store' | 'links'>,
  caller: Caller,
  given: string,
): Promise<Target> {
  const session = fullName(caller, given);
  const home = await store.homes.machineOf(session);
  if (home === null || !mayReach(caller, session)) throw notFound(given);
  return { session, link: await links.get(home) };
}

export function notFound(given: string): LeadMasterError {
  return new LeadMasterError(
    'session_not_found',
    `There is no session "${given}".`,
    'See them with GET /v1/sessions, or make it with POST /v1/sessions.',
  );
}
