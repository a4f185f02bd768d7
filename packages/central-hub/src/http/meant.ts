import type { ClientSessions } from '@leadmaster/protocol';
import { type ClientCall, meantSession } from '@leadmaster/service-kit/http';
import { type Caller, fullName, mayReach } from '../keys/caller.ts';

/**
 * The session, by its full name, that a request of an earlier LeadMaster service means.
 *
 * @throws LeadMasterError `invalid_request`, `session_not_found`, as `meantSession`.
 */
export function sessionMeant(sessions: ClientSessions | null, caller: Caller, call: ClientCall): string {
  return meantSession(call, reachable(sessions, caller), (given) => fullName(caller, given));
}

/** A client that the caller's key is not for is refused as one that does not exist: the answer does not tell the two apart. */
function reachable(sessions: ClientSessions | null, caller: Caller): ClientSessions | null {
  return sessions && new Map([...sessions].filter(([, session]) => mayReach(caller, session)));
}
