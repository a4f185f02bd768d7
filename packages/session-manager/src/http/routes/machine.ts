import { ROUTES } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';

/** What the machine has seen: `/v1/builds`, `/v1/place`. */
export function machineRoutes(app: HttpApp, { builds, place }: RouteContext): void {
  serve(app, ROUTES.listBuilds, async () => ({ items: await builds.builds() }));
  serve(app, ROUTES.getPlace, () => place.view());
  serve(app, ROUTES.acceptPlace, (request) => place.accept(request.body));
}
