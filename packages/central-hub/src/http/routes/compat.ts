import { HUB_ROUTES, type HubRouteId, LeadMasterError, type Route, tenantOf } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { FastifyRequest } from 'fastify';
import { fullName, mayReach } from '../../keys/caller.ts';
import type { MachineLink } from '../../machines/link.ts';
import { roomiest } from '../../machines/room.ts';
import { forward } from '../forward.ts';
import type { RouteContext } from '../hub-app.ts';

/** Says which session is meant; `admin` unless it is given. */
const SESSION_HEADER = 'x-session';

/** `/status`, `/qr`, `/connect`, `/send` ...: for earlier LeadMaster services. Each goes to the machine of the session that is meant. */
export function compatRoutes(app: HttpApp, context: RouteContext): void {
  for (const route of Object.values<Route>(HUB_ROUTES).filter(({ compat }) => compat !== undefined)) {
    serve(app, route, async (plain, reply) => {
      const request = plain as FastifyRequest;
      const caller = context.callers.of(request);
      const given = String(request.headers[SESSION_HEADER]);
      const session = fullName(caller, given);
      if (!mayReach(caller, session)) throw outOfReach(given);
      const link = await machineOf(context, session, route.id as HubRouteId);
      return forward(context, { route, request, reply, caller, session, link, headers: { [SESSION_HEADER]: session } });
    });
  }
}

/** Whether the session is there or not: these routes have no 404 of that kind. */
function outOfReach(given: string): LeadMasterError {
  return new LeadMasterError('forbidden', `The key is not for a session "${given}".`, 'Use a key that is good for it.');
}

/** The machine of the session. Of one that is nowhere, the machine that would get it tells that there is none, or makes it. */
async function machineOf({ store, links }: RouteContext, session: string, route: HubRouteId): Promise<MachineLink> {
  const home = await store.homes.machineOf(session);
  if (home !== null) return links.get(home);
  const link = await roomiest(store, links);
  if (route !== 'compatConnect') return link;
  if ((await store.homes.reserve({ name: session, tenant: tenantOf(session), machine: link.name })) === 'reserved')
    return link;
  return links.get((await store.homes.machineOf(session)) ?? link.name);
}
