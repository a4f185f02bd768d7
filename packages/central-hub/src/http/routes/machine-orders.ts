import { HUB_ROUTES, LeadMasterError, type Route } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { FastifyRequest } from 'fastify';
import type { MachineLink } from '../../machines/link.ts';
import { forward } from '../forward.ts';
import type { RouteContext } from '../hub-app.ts';

/** Says which machine is meant, where the route names no session. */
const MACHINE_HEADER = 'x-machine';

/** Routes of a session manager about its whole machine, for the operator: forwarded to the machine that `X-Machine` names. */
const ABOUT_MACHINE = [
  'getMachine',
  'listBuilds',
  'getPlace',
  'acceptPlace',
  'adoptSession',
  'listRecoverable',
  'recoverSessions',
] as const;

export function machineOrderRoutes(app: HttpApp, context: RouteContext): void {
  const routes: readonly Route[] = Object.values(HUB_ROUTES);
  for (const route of routes.filter(({ id }) => (ABOUT_MACHINE as readonly string[]).includes(id))) {
    serve(app, route, async (plain, reply) => {
      const request = plain as FastifyRequest;
      const link = await meant(context, request.headers[MACHINE_HEADER]);
      return forward(context, { route, request, reply, caller: context.callers.of(request), session: '', link });
    });
  }
}

/** @throws LeadMasterError `machine_not_found`; `invalid_request` where there are several, and none is named. */
async function meant({ links }: RouteContext, named: string | string[] | undefined): Promise<MachineLink> {
  if (typeof named === 'string') return links.get(named);
  const [only, ...others] = links.all();
  if (only !== undefined && others.length === 0) return only;
  throw new LeadMasterError(
    'invalid_request',
    'The request does not say which machine is meant.',
    'Name it by the header X-Machine; see GET /v1/machines.',
  );
}
