import { ROUTES, type Session } from '@leadmaster/protocol';
import {
  callerSignal,
  type HttpApp,
  type RequestOf,
  serve,
  serveLong,
  untilClosing,
} from '@leadmaster/service-kit/http';
import { within } from '@leadmaster/service-kit/wait';
import type { FastifyReply } from 'fastify';
import type { RouteContext } from '../http-app.ts';

type Order = Pick<RequestOf<typeof ROUTES.stopSession>, 'params' | 'query' | 'log'>;
/** Gives the order. What it calls tells that the order is under way, where it may take long from there. */
type GiveOrder = (name: string, underWay: () => void) => Promise<Session>;

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
  serve(app, ROUTES.changeSession, (request) => sessions.change(request.params.session, request.body));
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
  serve(app, ROUTES.getUsage, ({ params, query }) => sessions.usage(params.session, query.hours));
  serve(app, ROUTES.getCapabilities, (request) => sessions.capabilities(request.params.session));
  serve(app, ROUTES.overrideCapabilities, (request) =>
    sessions.overrideCapabilities(request.params.session, request.body.override),
  );
  serve(app, ROUTES.recordSession, (request, reply) =>
    sessions.recording(request.params.session, callerSignal(reply, closing)),
  );
}

/**
 * `/v1/sessions/{s}/start` and the like: orders of the operator or a tenant. All of them may be repeated. The answer comes once the order is
 * under way; with `?wait=`, once it is done and the state no longer passes by itself, or the wait is over. What is refused or
 * fails until then is the answer; what fails later is in the state and in the log.
 */
export function orderRoutes(app: HttpApp, { sessions, closing }: RouteContext): void {
  const answer = async (request: Order, reply: FastifyReply, give: GiveOrder): Promise<Session> => {
    const { session } = request.params;
    const until = performance.now() + request.query.wait * 1000;
    const left = (): number => Math.max(0, until - performance.now());
    const underWay = Promise.withResolvers<void>();
    const done = give(session, underWay.resolve);
    await Promise.race([done, underWay.promise]);
    const now = await untilClosing(within(left(), done, null), closing);
    if (now === null) {
      done.catch((error: unknown) => request.log.error({ session, err: error }, 'an order failed after its answer'));
      return sessions.get(session);
    }
    return left() === 0 ? now : untilClosing(sessions.settled(session, left(), callerSignal(reply, closing)), closing);
  };

  serve(app, ROUTES.startSession, (request, reply) =>
    answer(request, reply, (name) => sessions.start(name, request.body ?? {})),
  );
  serve(app, ROUTES.stopSession, (request, reply) =>
    answer(request, reply, (name, underWay) => sessions.stop(name, underWay)),
  );
  serve(app, ROUTES.restartSession, (request, reply) =>
    answer(request, reply, (name, underWay) => sessions.restart(name, underWay)),
  );
  serve(app, ROUTES.logoutSession, (request, reply) =>
    answer(request, reply, (name, underWay) => sessions.logout(name, underWay)),
  );
  serve(app, ROUTES.settleAccount, (request, reply) =>
    answer(request, reply, (name) => sessions.settleAccount(name, request.body)),
  );
}
