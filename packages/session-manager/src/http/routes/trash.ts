import { ROUTES, restoreFromTrash } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';

/** `/v1/trash`: what was set aside, and one of it back. */
export function trashRoutes(app: HttpApp, { trash }: RouteContext): void {
  serve(app, ROUTES.listTrash, (request) => trash.list(request.query));
  serve(app, ROUTES.restoreFromTrash, (request) =>
    trash.restore(request.params.entry, request.body ?? restoreFromTrash.parse({})),
  );
}
