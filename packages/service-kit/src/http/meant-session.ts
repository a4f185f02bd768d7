import { type ClientSessions, LeadMasterError } from '@leadmaster/protocol';

/** The session of services that name none. */
const ONLY_SESSION = 'admin';

/** What a request of an earlier LeadMaster service says of whose session it means. */
export interface ClientCall {
  headers: { 'x-session'?: string | undefined; 'x-cliente-id'?: string | undefined };
  query?: { cliente_id?: string | string[] | undefined };
  /** May have `cliente_id`, a text or a number. */
  body?: unknown;
}

/**
 * The session that a request of an earlier LeadMaster service means. Where clients are mapped, the client's id decides, wherever
 * it stands; without one `X-Session` does, else the only client that is mapped. Where none are, `X-Session`, else `admin`.
 *
 * `sessions`: those that exist for the caller, by full name. `fullName`: of a name that the caller uses.
 *
 * @throws LeadMasterError `invalid_request` where the request contradicts itself, or could mean several; `session_not_found` for
 * a client that is not mapped.
 */
export function meantSession(
  call: ClientCall,
  sessions: ClientSessions | null,
  fullName: (given: string) => string = (given) => given,
): string {
  const given = call.headers['x-session'];
  const named = given === undefined ? null : fullName(given);
  if (sessions === null) return named ?? fullName(ONLY_SESSION);
  const [id, other] = clientsOf(call);
  if (other !== undefined) throw contradiction(`it names the clients ${id} and ${other}`);
  if (id === undefined) return named ?? onlyOf(sessions);
  const session = sessions.get(id);
  if (session === undefined) throw notMapped(id);
  if (named !== null && named !== session) throw contradiction(`X-Session is not the session of the client ${id}`);
  return session;
}

/**
 * Each client that the request names, once. A header that was sent twice comes with a comma between. In a body, what is
 * neither a text nor a number names none: the contract refuses it.
 */
function clientsOf({ headers, query, body }: ClientCall): string[] {
  const header = headers['x-cliente-id']?.split(',').map((part) => part.trim());
  return [...new Set([...[header ?? [], query?.cliente_id ?? []].flat(), ...inBody(body)])];
}

function inBody(body: unknown): string[] {
  const id = typeof body === 'object' && body !== null && 'cliente_id' in body ? body.cliente_id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? [String(id)] : [];
}

function onlyOf(sessions: ClientSessions): string {
  const [only, ...others] = sessions.values();
  if (only !== undefined && others.length === 0) return only;
  throw new LeadMasterError(
    'invalid_request',
    'The request does not say which client it is for.',
    'Send its id as X-Cliente-Id, or as cliente_id.',
  );
}

function contradiction(what: string): LeadMasterError {
  const hint = 'Send one id, the same as X-Cliente-Id and as cliente_id, and no X-Session beside it.';
  return new LeadMasterError('invalid_request', `The request contradicts itself: ${what}.`, hint);
}

function notMapped(id: string): LeadMasterError {
  return new LeadMasterError(
    'session_not_found',
    `No session is mapped to the client "${id}".`,
    'Have the operator add the client to LEADMASTER_COMPAT_SESSIONS, and restart the service.',
  );
}
