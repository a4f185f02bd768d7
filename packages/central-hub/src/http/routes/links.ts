import { HUB_ROUTES, LeadMasterError, type OnboardingLink } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { FastifyRequest } from 'fastify';
import { type Caller, ownName } from '../../keys/caller.ts';
import type { OnboardingRecord } from '../../store/records.ts';
import type { RouteContext } from '../hub-app.ts';
import { failureFor } from '../machine-failure.ts';
import { targetOf } from '../target.ts';

/** `/v1/sessions/{session}/links` */
export function linkRoutes(app: HttpApp, context: RouteContext): void {
  const { store, callers, onboarding } = context;

  serve(app, HUB_ROUTES.createLink, async (request) => {
    const caller = callers.of(request);
    const { session, link: machine } = await targetOf(context, caller, request.params.session);
    const { expiresInMinutes, ...asked } = request.body;
    const { link, token } = await onboarding
      .create({ ...asked, session, lifeMs: expiresInMinutes * 60_000 })
      .catch((error: unknown) => {
        throw failureFor(caller, machine, 'GET', error);
      });
    return { ...told(caller, link), url: `${originOf(context.url, request as FastifyRequest)}/link/${token}` };
  });

  serve(app, HUB_ROUTES.listLinks, async (request) => {
    const caller = callers.of(request);
    const { session } = await targetOf(context, caller, request.params.session);
    const { items, next } = await store.onboarding.list({ ...request.query, session });
    return { items: items.map((link) => told(caller, link)), cursor: next };
  });

  serve(app, HUB_ROUTES.revokeLink, async (request) => {
    const caller = callers.of(request);
    const { session: given, link: id } = request.params;
    const { session } = await targetOf(context, caller, given);
    if (await store.onboarding.revoke(session, id)) return;
    const detail = `The session "${given}" has no link "${id}".`;
    throw new LeadMasterError('link_not_found', detail, `See them with GET /v1/sessions/${given}/links.`);
  });
}

/** The public address of the hub, or the port of this machine that was asked: never what the request says of itself. */
function originOf(url: string | null, { socket }: FastifyRequest): string {
  return url ?? `http://127.0.0.1:${socket.localPort}`;
}

function told(caller: Caller, link: OnboardingRecord): OnboardingLink {
  const { id, session, state, language, expectedPhone, claims, lateTries, createdAt, expiresAt, claimedAt } = link;
  return {
    ...{ id, session: ownName(caller, session), state, language, expectedPhone, claims, lateTries },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    claimedAt: claimedAt?.toISOString() ?? null,
  };
}
