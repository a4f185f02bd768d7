import { HUB_ROUTES, LeadMasterError, type Route, tenantOf } from '@leadmaster/protocol';
import { type ClientCall, type HttpApp, PICTURE_PAGE, serve } from '@leadmaster/service-kit/http';
import { isLoopback } from '@leadmaster/service-kit/process';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, mayReach, ownName } from '../../keys/caller.ts';
import type { MachineLink } from '../../machines/link.ts';
import { roomiest } from '../../machines/room.ts';
import type { MachineRecord } from '../../store/records.ts';
import { forward } from '../forward.ts';
import type { RouteContext } from '../hub-app.ts';
import { listenAgain } from '../listening-again.ts';
import { sessionMeant } from '../meant.ts';
import { outOfReach } from '../target.ts';

/** Says which session is meant. */
const SESSION_HEADER = 'x-session';

/** A call of an earlier LeadMaster service, by whom, and for which session. */
interface Meant {
  route: Route;
  request: FastifyRequest;
  reply: FastifyReply;
  caller: Caller;
  /** The full name. */
  session: string;
}

/** `/status`, `/qr`, `/connect`, `/send` ...: for earlier LeadMaster services. Each goes to the machine of the session that is meant. */
export function compatRoutes(app: HttpApp, context: RouteContext): void {
  const { callers, compatSessions } = context;
  for (const route of Object.values<Route>(HUB_ROUTES).filter(({ compat }) => compat !== undefined)) {
    serve(app, route, async (plain, reply) => {
      const request = plain as FastifyRequest;
      const caller = callers.of(request);
      const session = sessionMeant(compatSessions, caller, request as ClientCall);
      if (!mayReach(caller, session)) throw outOfReach(ownName(caller, session));
      if (route.id === 'compatQrPage') reply.headers(PICTURE_PAGE);
      const meant = { route, request, reply, caller, session };
      return route.id === 'compatConnect'
        ? connect(context, meant)
        : pass(context, meant, await homeOf(context, meant));
    });
  }
}

/** The machine gets the session by its full name, and no client's id: it may know other clients. */
function pass(context: RouteContext, meant: Meant, link: MachineLink): Promise<FastifyReply> {
  return forward(context, {
    ...meant,
    link,
    headers: { [SESSION_HEADER]: meant.session },
    body: withoutClient(meant.request.body),
  });
}

function withoutClient(body: unknown): object | null {
  if (typeof body !== 'object' || body === null) return null;
  const { cliente_id: _client, ...rest } = body as { cliente_id?: unknown };
  return rest;
}

/** The machine of the session. Of one that is nowhere, the machine that would get it tells that there is none. */
async function homeOf(context: RouteContext, { caller, session }: Meant): Promise<MachineLink> {
  const home = await context.store.homes.machineOf(session);
  return home === null ? placeFor(context, caller) : context.links.get(home);
}

/** Makes the session where there is none. A name whose session was not made is given back. */
async function connect(context: RouteContext, meant: Meant): Promise<FastifyReply> {
  const { homes } = context.store;
  const { session: name, caller } = meant;
  const home = await homes.machineOf(name);
  if (home !== null) return pass(context, meant, await context.links.get(home));
  const link = await placeFor(context, caller);
  const isListener = await context.store.sending.isOwed(name);
  if ((await homes.reserve({ name, tenant: tenantOf(name), machine: link.name })) === 'taken')
    return pass(context, meant, await homeOf(context, meant));
  await pass(context, meant, link).catch(async (error: unknown) => {
    if (wasRefused(error)) await homes.release(name, link.name);
    throw error;
  });
  if (meant.reply.statusCode >= 400) await homes.release(name, link.name);
  else if (isListener) await listenAgain(context, link, name);
  return meant.reply;
}

/** Whether the machine has done nothing for certain. */
function wasRefused(error: unknown): boolean {
  return error instanceof LeadMasterError && error.code === 'unauthorized';
}

/** The machine for a new session. A call without a key goes to no other computer, where it would be refused. */
function placeFor({ store, links }: RouteContext, { hasKey }: Caller): Promise<MachineLink> {
  const isHere = ({ url }: MachineRecord): boolean => isLoopback(new URL(url).hostname);
  return roomiest(store, links, hasKey ? {} : { fits: isHere });
}
