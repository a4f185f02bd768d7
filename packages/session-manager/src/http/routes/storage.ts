import { ROUTES } from '@leadmaster/protocol';
import { type HttpApp, serve, serveLong } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';

/** `/v1/sessions/{s}/storage`: the size of the profile, what changed in it, and making it smaller. */
export function storageRoutes(app: HttpApp, context: RouteContext): void {
  const { storage } = context;

  serve(app, ROUTES.getStorage, (request) => storage.storage(request.params.session));
  serve(app, ROUTES.listRecentFiles, (request) => storage.recent(request.params.session, request.query));
  serveLong(app, context, ROUTES.trimStorage, ({ params: { session }, query: { restart } }) => ({
    session,
    run: (call) => storage.trim(session, { ...call, restart }),
  }));
}
