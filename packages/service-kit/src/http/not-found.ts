import { LeadMasterError } from '@leadmaster/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpApp } from './app.ts';
import { sendProblem } from './problems.ts';

/**
 * Answers what no route takes: 405 with `Allow` when the path is known by other methods, else 404. Fastify knows only
 * whole routes, so the patterns are kept here as they are registered. Call before the first route.
 */
export function handleUnknown(app: HttpApp): void {
  const methodsOf = new Map<string, { matches: RegExp; methods: Set<string> }>();

  app.addHook('onRoute', (route) => {
    const source = route.url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\/:[^/]+/g, '/[^/]+');
    const known = methodsOf.get(route.url) ?? { matches: new RegExp(`^${source}$`), methods: new Set() };
    for (const method of [route.method].flat()) known.methods.add(method);
    methodsOf.set(route.url, known);
  });

  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = [...methodsOf.values()]
      .filter((known) => known.matches.test(path))
      .flatMap((known) => [...known.methods]);
    if (allowed.length === 0) {
      const nothing = new LeadMasterError(
        'not_found',
        `Nothing answers ${request.method} on this path.`,
        'See /docs for all paths.',
      );
      return sendProblem(nothing, request, reply);
    }
    const allow = [...new Set(allowed)].sort().join(', ');
    reply.header('allow', allow);
    return sendProblem(
      new LeadMasterError(
        'method_not_allowed',
        `${request.method} is not possible on this path.`,
        `Use one of: ${allow}.`,
      ),
      request,
      reply,
    );
  });
}
