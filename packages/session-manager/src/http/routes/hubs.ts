import { BYTES, LeadMasterError, ROUTES } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve, untilClosing } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';

/** `/v1/hubs`: who reads the log of events for good. */
export function hubRoutes(app: HttpApp, { hubs, bounds }: RouteContext): void {
  serve(app, ROUTES.listHubs, async () => hubs.list());
  serve(app, ROUTES.confirmEvents, async ({ params, body }) => hubs.confirm(params.hub, body.cursor));
  serve(app, ROUTES.getSending, async ({ params }) => bounds.wordOf(params.hub));
  serve(app, ROUTES.tellSending, ({ params, body }) => bounds.say(params.hub, body));
  serve(app, ROUTES.forgetHub, async ({ params }) => hubs.forget(params.hub));
}

/** `/v1/hub-backups`: what hubs keep in the vault. */
export function hubBackupRoutes(app: HttpApp, { hubBackups, closing }: RouteContext): void {
  serve(app, ROUTES.listHubBackups, async (_request, reply) => {
    const signal = callerSignal(reply, closing);
    return { items: await untilClosing(hubBackups.list({ signal }), closing) };
  });
  // In a scope of its own: a body of bytes is read here, and nowhere else.
  void app.register(async (scope) => {
    scope.addContentTypeParser(BYTES, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    serve(scope, ROUTES.saveHubBackup, async ({ params, query, body }) => {
      const document: unknown = body;
      if (!Buffer.isBuffer(document)) throw noDocument();
      return untilClosing(hubBackups.save({ ...params, ...query, document }, { signal: closing }), closing);
    });
  });
}

function noDocument(): LeadMasterError {
  return new LeadMasterError(
    'unsupported_media_type',
    'The request brings no document of a hub.',
    `Send its bytes as the body, with "Content-Type: ${BYTES}".`,
  );
}
