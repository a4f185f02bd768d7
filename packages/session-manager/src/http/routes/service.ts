import { LeadMasterError, nothingRead, ROUTES } from '@leadmaster/protocol';
import { serve } from '../bind.ts';
import type { HttpApp, HttpServerOptions, RouteContext } from '../http-app.ts';
import { callerSignal } from '../waiting.ts';

/** What is about the service itself: `/health`, `/ready`, `/metrics`, `/openapi.json`. */
export function serviceRoutes(app: HttpApp, options: Pick<HttpServerOptions, 'metrics' | 'ready' | 'version'>): void {
  serve(app, ROUTES.health, () => ({
    status: 'ok' as const,
    version: options.version,
    uptimeSeconds: Math.round(process.uptime()),
  }));
  serve(app, ROUTES.ready, () => {
    if (options.ready()) return { status: 'ready' as const };
    throw new LeadMasterError('not_ready', 'The sessions are still being looked at.', 'Ask again in a few seconds.');
  });
  serve(app, ROUTES.metrics, async (_request, reply) => {
    const text = await options.metrics.metrics();
    return reply.type(options.metrics.contentType).send(text);
  });

  let description: string | null = null;
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { open: true },
    schema: { hide: true, querystring: nothingRead },
    handler: (_request, reply) => {
      description ??= JSON.stringify(app.swagger());
      return reply.type('application/json; charset=utf-8').send(description);
    },
  });
}

/** What the machine has seen, and the long calls it works at: `/v1/builds`, `/v1/place`, `/v1/operations`. */
export function machineRoutes(app: HttpApp, { builds, place, operations }: RouteContext): void {
  serve(app, ROUTES.listBuilds, async () => ({ items: await builds.builds() }));
  serve(app, ROUTES.getPlace, () => place.view());
  serve(app, ROUTES.acceptPlace, (request) => place.accept(request.body));
  serve(app, ROUTES.listOperations, (request) => ({ items: operations.list(request.query.limit) }));
  serve(app, ROUTES.getOperation, (request, reply) => {
    const { wait, after = Number.POSITIVE_INFINITY } = request.query;
    // When the server closes, the operation ends soon: that is the news.
    return operations.newerThan(request.params.operation, after, wait * 1000, callerSignal(reply));
  });
}
