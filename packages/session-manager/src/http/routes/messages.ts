import { ROUTES } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';

/** The header of an answer that tells again what a key has made before. */
export const REPLAYED = { 'idempotent-replayed': 'true' } as const;

/** `/v1/sessions/{s}/messages`: send and follow what was sent. */
export function messageRoutes(app: HttpApp, { sessions }: RouteContext): void {
  serve(app, ROUTES.sendMessage, async (request, reply) => {
    const name = request.params.session;
    const made = await sessions.send(name, request.body, request.headers['idempotency-key'] ?? null);
    if (made.replayed) reply.headers(REPLAYED);
    reply.header('location', `/v1/sessions/${name}/messages/${made.id}`);
    return made;
  });
  serve(app, ROUTES.listMessages, async (request) => ({
    items: await sessions.messages(request.params.session, request.query.limit),
  }));
  serve(app, ROUTES.getMessage, (request) => sessions.message(request.params.session, request.params.message));
}
