import { BYTES, LeadMasterError, ROUTES } from '@leadmaster/protocol';
import { type HttpApp, serve, serveLong, untilClosing } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';

/** `…/transfer`: a session goes to another manager. */
export function departureRoutes(app: HttpApp, context: RouteContext): void {
  serveLong(app, context, ROUTES.transferSession, ({ params: { session }, body }) => ({
    session,
    run: (call) => context.departures.transfer(session, body, call),
  }));
}

/** `/v1/transfers`: what another manager asks of this one while a session comes here. Every step may be repeated. */
export function arrivalRoutes(app: HttpApp, context: RouteContext): void {
  const { arrivals, closing } = context;

  serve(app, ROUTES.prepareTransfer, async (request, reply) => {
    const prepared = await untilClosing(arrivals.prepare(request.body), closing);
    reply.header('location', `/v1/transfers/${prepared.id}`);
    return prepared;
  });
  serve(app, ROUTES.getTransfer, async (request) => arrivals.get(request.params.transfer));
  serve(app, ROUTES.missingOfTransfer, async (request) => ({
    missing: await untilClosing(arrivals.missing(request.params.transfer, request.body.hashes), closing),
  }));
  // In a scope of its own: a body of bytes is read here, and nowhere else.
  void app.register(async (scope) => {
    scope.addContentTypeParser(BYTES, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    pieceRoute(scope, context);
  });
  serve(app, ROUTES.sealTransfer, (request) =>
    untilClosing(arrivals.seal(request.params.transfer, request.body, closing), closing),
  );
  serve(app, ROUTES.commitTransfer, (request) => untilClosing(arrivals.commit(request.params.transfer), closing));
  serve(app, ROUTES.abortTransfer, (request) => untilClosing(arrivals.abort(request.params.transfer), closing));
}

function pieceRoute(app: HttpApp, { arrivals, closing }: RouteContext): void {
  serve(app, ROUTES.sendPiece, async (request) => {
    const { transfer, sha256 } = request.params;
    const bytes: unknown = request.body;
    if (!Buffer.isBuffer(bytes)) throw noPiece();
    const received = arrivals.receive(transfer, { ...request.query, sha256, bytes });
    return { received: await untilClosing(received, closing) };
  });
}

function noPiece(): LeadMasterError {
  return new LeadMasterError(
    'unsupported_media_type',
    'The request brings no piece of a file.',
    `Send its bytes as the body, with "Content-Type: ${BYTES}".`,
  );
}
