import { nothingRead, ROUTES } from '@leadmaster/protocol';
import type { Registry } from 'prom-client';
import type { HttpApp } from './app.ts';
import { serve } from './bind.ts';
import type { LongCalls } from './long-call.ts';
import { callerSignal } from './waiting.ts';

/**
 * What every service says of itself: `/health`, `/ready`, `/metrics`, `/openapi.json`. `requireReady` throws `not_ready` while the
 * service is still starting.
 */
export function serviceRoutes(
  app: HttpApp,
  options: { service: 'session-manager' | 'central-hub'; metrics: Registry; version: string; requireReady: () => void },
): void {
  serve(app, ROUTES.health, () => ({
    status: 'ok' as const,
    service: options.service,
    timestamp: new Date().toISOString(),
    version: options.version,
    uptimeSeconds: Math.round(process.uptime()),
  }));
  serve(app, ROUTES.ready, () => {
    options.requireReady();
    return { status: 'ready' as const };
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

/** The long calls that a service works at: `/v1/operations`. */
export function operationRoutes(app: HttpApp, { operations }: LongCalls): void {
  serve(app, ROUTES.listOperations, (request) => ({
    items: operations.list(request.query.limit),
    unanswered: [],
  }));
  serve(app, ROUTES.getOperation, (request, reply) => {
    const { wait, after = Number.POSITIVE_INFINITY } = request.query;
    // When the server closes, the operation ends soon: that is the news.
    return operations.newerThan(request.params.operation, after, wait * 1000, callerSignal(reply));
  });
}
