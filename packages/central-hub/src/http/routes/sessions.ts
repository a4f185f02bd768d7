import {
  type BodyOf,
  HUB_ROUTES,
  type HubSession,
  isSessionName,
  LeadMasterError,
  OWN_NAME_RULE,
  type QueryOf,
  type Session,
  tenantOf,
} from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve } from '@leadmaster/service-kit/http';
import { type Caller, fullName, mayReach, ownName } from '../../keys/caller.ts';
import { roomiest } from '../../machines/room.ts';
import type { SessionQuery, SessionRecord } from '../../store/records.ts';
import { noTenant } from '../../store/tenant-limits.ts';
import { copied } from '../copied.ts';
import type { RouteContext } from '../hub-app.ts';
import { listenAgain } from '../listening-again.ts';
import { requireNamed } from '../machine-answer.ts';
import { failureFor, isSilent } from '../machine-failure.ts';
import { seenSession } from '../shown.ts';
import { outOfReach, targetOf } from '../target.ts';

/** `/v1/sessions`: made where there is room; listed and, where the machine is silent, told from the hub's own store. */
export function sessionRoutes(app: HttpApp, context: RouteContext): void {
  const { store, callers } = context;

  serve(app, HUB_ROUTES.createSession, async (request, reply) => {
    const caller = callers.of(request);
    const made = await create(context, caller, request.body, callerSignal(reply, context.closing));
    reply.header('location', `/v1/sessions/${made.name}`);
    return made;
  });

  serve(app, HUB_ROUTES.listSessions, async (request) => {
    const caller = callers.of(request);
    const { items, next } = await store.sessions.list(wanted(caller, request.query));
    const absent = await absentTenants(
      context,
      caller,
      items.map(({ session }) => session.name),
    );
    return {
      items: items.map((record) => ({ ...told(context, caller, record), ...waiting(record.session.name, absent) })),
      cursor: next === null ? null : ownName(caller, next),
    };
  });

  serve(app, HUB_ROUTES.getSession, async (request, reply) => {
    const caller = callers.of(request);
    const { session: given } = request.params;
    const { session, link } = await targetOf(context, caller, given);
    const waits = waiting(session, await absentTenants(context, caller, [session]));
    try {
      const signal = callerSignal(reply, context.closing);
      const said = await link.client.call('getSession', { params: { session } }, { signal, timeoutMs: 5_000 });
      const now = requireNamed(said, session);
      return { ...seenSession(caller, now, { machine: link.name, asOf: new Date() }), ...waits };
    } catch (error) {
      const record = isSilent(error) ? await store.sessions.get(session) : null;
      if (record === null) throw failureFor(caller, link, 'GET', error);
      // Before the next look at the machine this call alone knows.
      return { ...told(context, caller, record, new Date()), ...waits };
    }
  });

  serve(app, HUB_ROUTES.deleteSession, async (request, reply) => {
    const caller = callers.of(request);
    const { session, link } = await targetOf(context, caller, request.params.session);
    const signal = callerSignal(reply, context.closing);
    const asked = { params: { session }, query: request.query };
    const before = await store.sessions.get(session);
    await link.client.call('deleteSession', asked, { signal, timeoutMs: 120_000 }).catch((error: unknown) => {
      throw failureFor(caller, link, 'DELETE', error);
    });
    await copied(context, async () => {
      // Its machine keeps that for its name; another may be given the next session of that name.
      if (before?.session.sendingOffBy.includes('session')) await store.sending.owe(session);
      await store.sessions.remove(link.name, session);
      await store.homes.release(session, link.name);
    });
  });
}

/** What leaves it open whether the machine has the session: the name keeps its home, and the machine's log tells the rest. */
const MAY_BE_THERE: readonly string[] = ['answer_lost', 'session_exists'];

async function create(
  context: RouteContext,
  caller: Caller,
  { machine, name: given, ...wanted }: BodyOf<typeof HUB_ROUTES.createSession>,
  signal: AbortSignal,
): Promise<HubSession> {
  const { store, links } = context;
  const name = fullName(caller, given);
  if (!isSessionName(name)) throw notOne(given);
  if (!mayReach(caller, name)) throw outOfReach(given);
  const tenant = tenantOf(name);
  if (tenant !== null && (await store.tenants.get(tenant)) === null) throw noTenant(tenant);
  const link = machine === undefined ? await roomiest(store, links) : await links.get(machine);
  const isListener = await store.sending.isOwed(name);
  if ((await store.homes.reserve({ name, tenant, machine: link.name })) === 'taken') throw exists(given);
  let made: Session;
  try {
    const asked = { body: { ...wanted, name } };
    made = requireNamed(await link.client.call('createSession', asked, { signal, timeoutMs: 60_000 }), name);
  } catch (error) {
    if (error instanceof LeadMasterError && !MAY_BE_THERE.includes(error.code)) {
      await store.homes.release(name, link.name);
    }
    throw failureFor(caller, link, 'POST', error);
  }
  const now = (isListener ? await listenAgain(context, link, name) : null) ?? made;
  await copied(context, () => store.sessions.put(link.name, now, new Date()));
  return seenSession(caller, now, { machine: link.name, asOf: new Date() });
}

function wanted(caller: Caller, { tenant, after, ...query }: QueryOf<typeof HUB_ROUTES.listSessions>): SessionQuery {
  const asked = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
  return {
    ...asked,
    limit: query.limit,
    ...(caller.tenant !== null ? { tenant: caller.tenant } : tenant === undefined ? {} : { tenant }),
    ...(caller.sessions === null ? {} : { names: [...caller.sessions] }),
    ...(after === undefined ? {} : { after: fullName(caller, after) }),
  };
}

/** From the store. `silentSince`: where the machine is not known to be silent for longer. */
function told(
  { links }: RouteContext,
  caller: Caller,
  { session, machine, asOf }: SessionRecord,
  silentSince: Date | null = null,
): HubSession {
  return seenSession(caller, session, { machine, asOf, silentSince: links.silentSinceOf(machine) ?? silentSince });
}

/** Tenants that sessions are named after and that do not exist, so that only the operator reaches them. None where a tenant asks. */
async function absentTenants(
  { store }: RouteContext,
  { kind }: Caller,
  sessions: readonly string[],
): Promise<ReadonlySet<string>> {
  if (kind !== 'operator') return new Set();
  const named = new Set(sessions.map(tenantOf).filter((tenant) => tenant !== null));
  return new Set(await store.tenants.absent([...named]));
}

function waiting(session: string, absent: ReadonlySet<string>): Pick<HubSession, 'noTenant'> {
  return absent.has(tenantOf(session) ?? '') ? { noTenant: true } : {};
}

function notOne(given: string): LeadMasterError {
  const detail = `"${given}" is no name of a session: ${OWN_NAME_RULE}.`;
  return new LeadMasterError('invalid_session_name', detail, 'Choose another name.');
}

function exists(given: string): LeadMasterError {
  return new LeadMasterError(
    'session_exists',
    `The session "${given}" exists already.`,
    'Choose another name, or use the session as it is.',
  );
}
