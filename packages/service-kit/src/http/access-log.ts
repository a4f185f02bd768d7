import type { FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import type { HttpApp } from './app.ts';
import { isOpen } from './open-routes.ts';

const NAME = 'leadmaster_http_request_seconds';

/**
 * One log line and one measurement per request: method, the route's pattern, status and time. Never the address as it
 * was written, a header or a body: those carry names, keys and messages.
 */
export function logRequests(app: HttpApp, metrics: Registry): void {
  const known = metrics.getSingleMetric(NAME);
  const seconds =
    known instanceof Histogram
      ? known
      : new Histogram({
          name: NAME,
          help: 'Time to answer an HTTP request, by route.',
          labelNames: ['method', 'route', 'status'],
          buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
          registers: [metrics],
        });

  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    // What changes something is worth a line by default. What only looks is asked for all the time.
    const isLook = request.method === 'GET' || request.method === 'HEAD';
    const level = isLook || isTurnedAway(request, reply.statusCode) ? 'debug' : 'info';
    request.log[level]({ method: request.method, route, status: reply.statusCode, ms }, 'request');
    seconds.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    done();
  });
}

/** Whether a request was refused that anyone may send, without a key and without end: it must not fill the disk with lines. */
function isTurnedAway(request: FastifyRequest, status: number): boolean {
  if (request.routeOptions.url === undefined || [401, 421, 429].includes(status)) return true;
  return isOpen(request) && status >= 400;
}
