import { ROUTES, recoverSessions } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve, serveLong, untilClosing } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';

/** `/v1/sessions/{s}/snapshots`: take, list, look at, remove and prune them. */
export function snapshotRoutes(app: HttpApp, context: RouteContext): void {
  const { snapshots, closing } = context;

  serveLong(app, context, ROUTES.createSnapshot, ({ params: { session }, body }) => ({
    session,
    run: (call) =>
      snapshots.create(session, {
        ...call,
        reason: 'requested',
        ...(body?.kind === undefined ? {} : { kind: body.kind }),
      }),
    location: ({ id }) => `/v1/sessions/${session}/snapshots/${id}`,
  }));
  serve(app, ROUTES.listSnapshots, (request, reply) => {
    const signal = callerSignal(reply, closing);
    return untilClosing(snapshots.list(request.params.session, { signal }), closing);
  });
  serve(app, ROUTES.getSnapshot, (request, reply) => {
    const signal = callerSignal(reply, closing);
    return untilClosing(snapshots.get(request.params.session, request.params.snapshot, { signal }), closing);
  });
  serve(app, ROUTES.deleteSnapshot, ({ params, query }) =>
    snapshots.delete(params.session, params.snapshot, { ...query, signal: closing }),
  );
  serveLong(app, context, ROUTES.pruneSnapshots, ({ params: { session } }) => ({
    session,
    run: (call) => snapshots.prune(session, call),
  }));
  serveLong(app, context, ROUTES.acceptRollback, ({ params: { session } }) => ({
    session,
    run: (call) => snapshots.accept(session, call),
  }));
}

/** Whether a snapshot is good, back to it, and sessions back from the vault alone. */
export function restoreRoutes(app: HttpApp, context: RouteContext): void {
  const { snapshots, closing } = context;

  serveLong(app, context, ROUTES.verifySnapshot, ({ params: { session, snapshot }, body }) => ({
    session,
    run: (call) => snapshots.verify(session, snapshot, { ...call, drill: body?.drill ?? false }),
  }));
  serveLong(app, context, ROUTES.restoreSnapshot, ({ params: { session, snapshot }, query, body }) => ({
    session,
    run: (call) =>
      snapshots.restore(session, snapshot, {
        start: false,
        overwriteNewer: false,
        ...body,
        restart: query.restart,
        ...call,
      }),
  }));
  serve(app, ROUTES.listRecoverable, async (_request, reply) => {
    const signal = callerSignal(reply, closing);
    return { items: await untilClosing(snapshots.recoverable({ signal }), closing) };
  });
  serveLong(app, context, ROUTES.recoverSessions, ({ body }) => ({
    session: null,
    run: (call) => snapshots.recover(body ?? recoverSessions.parse({}), call),
  }));
}
