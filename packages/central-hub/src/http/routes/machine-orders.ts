import { HUB_ROUTES, ROUTES, type Route } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { FastifyRequest } from 'fastify';
import { forward } from '../forward.ts';
import type { RouteContext } from '../hub-app.ts';
import { MACHINE_HEADER, meant } from '../target.ts';

/** Every route of a session manager about its whole machine, for the operator: forwarded to the machine that `X-Machine` names. */
export function machineOrderRoutes(app: HttpApp, context: RouteContext): void {
  for (const route of Object.values<Route>(HUB_ROUTES).filter(isAboutMachine)) {
    serve(app, route, async (plain, reply) => {
      const request = plain as FastifyRequest;
      const link = await meant(context.links, request.headers[MACHINE_HEADER]);
      return forward(context, { route, request, reply, caller: context.callers.of(request), session: '', link });
    });
  }
}

/** A hub has metrics of its own. */
function isAboutMachine({ id, path, audience }: Route): boolean {
  const isOfManager = id in ROUTES && id !== 'metrics';
  return isOfManager && audience === 'operator' && !path.startsWith('/v1/sessions/{session}');
}
