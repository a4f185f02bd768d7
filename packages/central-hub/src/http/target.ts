import { LeadMasterError } from '@leadmaster/protocol';
import { type Caller, fullName, mayReach } from '../keys/caller.ts';
import type { MachineLink } from '../machines/link.ts';
import type { MachineLinks } from '../machines/links.ts';
import type { RouteContext } from './hub-app.ts';

/** Says which machine is meant, where no session says it. */
export const MACHINE_HEADER = 'x-machine';

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

/** Where an import goes: to the session's machine where there is one of that name, else to the machine that is meant. */
export async function importTarget(
  { store, links }: Pick<RouteContext, 'store' | 'links'>,
  caller: Caller,
  given: string,
  named: string | string[] | undefined,
): Promise<Target> {
  const session = fullName(caller, given);
  if (!mayReach(caller, session)) throw notFound(given);
  const home = await store.homes.machineOf(session);
  return { session, link: home === null ? await meant(links, named) : await links.get(home) };
}

/**
 * The machine that `X-Machine` names; the only one where it names none.
 *
 * @throws LeadMasterError `machine_not_found`; `invalid_request` where there are several, and none is named.
 */
export async function meant(links: MachineLinks, named: string | string[] | undefined): Promise<MachineLink> {
  if (typeof named === 'string') return links.get(named);
  const [only, ...others] = links.all();
  if (only !== undefined && others.length === 0) return only;
  throw new LeadMasterError(
    'invalid_request',
    'The request does not say which machine is meant.',
    'Name it by the header X-Machine, or with --machine; see GET /v1/machines.',
  );
}

/** Of a key that is for some sessions alone, which is told whether or not there is such a session. */
export function outOfReach(given: string): LeadMasterError {
  return new LeadMasterError('forbidden', `The key is not for a session "${given}".`, 'Use a key that is good for it.');
}

export function notFound(given: string): LeadMasterError {
  return new LeadMasterError(
    'session_not_found',
    `There is no session "${given}".`,
    'See them with GET /v1/sessions, or make it with POST /v1/sessions.',
  );
}
