import { ROUTES, type Session } from '@leadmaster/protocol';
import {
  callerSignal,
  type HttpApp,
  type RequestOf,
  serve,
  serveLong,
  untilClosing,
} from '@leadmaster/service-kit/http';
import type { FastifyReply } from 'fastify';
import type { RouteContext } from '../http-app.ts';

type Order = Pick<RequestOf<typeof ROUTES.stopSession>, 'params' | 'query'>;

/** `/v1/sessions`: make, list, look at, adopt and remove them, and what is known of one. */
export function sessionRoutes(app: HttpApp, context: RouteContext): void {
  const { sessions, adoption, closing } = context;

  serve(app, ROUTES.createSession, async (request, reply) => {
    const made = await sessions.create(request.body);
    reply.header('location', `/v1/sessions/${made.name}`);
    return made;
  });
  serve(app, ROUTES.listSessions, (request) => sessions.list(request.query));
  serve(app, ROUTES.getSession, (request) => sessions.get(request.params.session));
  serve(app, ROUTES.deleteSession, (request) => sessions.delete(request.params.session, request.query));
  serveLong(app, context, ROUTES.adoptSession, ({ body }) => ({
    session: body.name,
    run: (call) => adoption.adopt(body, call),
    location: () => `/v1/sessions/${body.name}`,
  }));

  serve(app, ROUTES.listTransitions, async (request) => ({
    items: await sessions.transitions(request.params.session, request.query.limit),
  }));
  serve(app, ROUTES.checkSession, (request) => sessions.check(request.params.session));
  serve(app, ROUTES.getCapabilities, (request) => sessions.capabilities(request.params.session));
  serve(app, ROUTES.overrideCapabilities, (request) =>
    sessions.overrideCapabilities(request.params.session, request.body.override),
  );
  serve(app, ROUTES.recordSession, (request, reply) =>
    sessions.recording(request.params.session, callerSignal(reply, closing)),
  );
}

/** `/v1/sessions/{s}/start` and the like: what the operator orders. All of them may be repeated. */
export function orderRoutes(app: HttpApp, { sessions, closing }: RouteContext): void {
  /** Answers an order that was given: at once, or as long as the caller waits for a state that no longer passes by itself. */
  const answer = async (request: Order, reply: FastifyReply, given: Promise<Session>): Promise<Session> => {
    const now = await given;
    const waitMs = request.query.wait * 1000;
    if (waitMs === 0) return now;
    const settled = sessions.settled(request.params.session, waitMs, callerSignal(reply, closing));
    return untilClosing(settled, closing);
  };

  serve(app, ROUTES.startSession, (request, reply) =>
    answer(request, reply, sessions.start(request.params.session, request.body ?? {})),
  );
  serve(app, ROUTES.stopSession, (request, reply) => answer(request, reply, sessions.stop(request.params.session)));
  serve(app, ROUTES.restartSession, (request, reply) =>
    answer(request, reply, sessions.restart(request.params.session)),
  );
  serve(app, ROUTES.logoutSession, (request, reply) => answer(request, reply, sessions.logout(request.params.session)));
  serve(app, ROUTES.settleAccount, (request, reply) =>
    answer(request, reply, sessions.settleAccount(request.params.session, request.body)),
  );
}
