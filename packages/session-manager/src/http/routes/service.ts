import { LeadMasterError } from '@leadmaster/protocol';
import { z } from 'zod';
import { json, problems } from '../documented.ts';
import type { HttpApp, HttpServerOptions } from '../http-app.ts';
import { noQuery } from '../inputs.ts';

const tags = ['service'];

const alive = z.object({ status: z.literal('ok'), version: z.string(), uptimeSeconds: z.number().int() });

/** What is about the service itself: `/health`, `/ready`, `/metrics`, `/openapi.json`. */
export function serviceRoutes(app: HttpApp, options: Pick<HttpServerOptions, 'metrics' | 'ready' | 'version'>): void {
  app.route({
    method: 'GET',
    url: '/health',
    config: { open: true },
    schema: {
      operationId: 'health',
      summary: 'Whether the service is alive',
      tags,
      security: [],
      querystring: noQuery,
      response: { 200: json('It is', alive), ...problems([], ['invalid_request', 'internal', 'shutting_down']) },
    },
    handler: () => ({ status: 'ok', version: options.version, uptimeSeconds: Math.round(process.uptime()) }),
  });

  app.route({
    method: 'GET',
    url: '/ready',
    config: { open: true },
    schema: {
      operationId: 'ready',
      summary: 'Whether every saved session has been looked at since the start',
      tags,
      security: [],
      querystring: noQuery,
      response: {
        200: json('It has', z.object({ status: z.literal('ready') })),
        ...problems(['not_ready'], ['invalid_request', 'internal', 'shutting_down']),
      },
    },
    handler: () => {
      if (options.ready()) return { status: 'ready' };
      throw new LeadMasterError('not_ready', 'The sessions are still being looked at.', 'Ask again in a few seconds.');
    },
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    schema: {
      operationId: 'metrics',
      summary: 'Measurements for Prometheus',
      tags,
      querystring: noQuery,
      response: {
        200: { description: 'Prometheus text format', content: { 'text/plain': { schema: z.string() } } },
        ...problems([]),
      },
    },
    handler: async (_request, reply) => reply.type(options.metrics.contentType).send(await options.metrics.metrics()),
  });

  let description: string | null = null;
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { open: true },
    schema: { hide: true, querystring: noQuery },
    handler: (_request, reply) => {
      description ??= JSON.stringify(app.swagger());
      return reply.type('application/json; charset=utf-8').send(description);
    },
  });
}
