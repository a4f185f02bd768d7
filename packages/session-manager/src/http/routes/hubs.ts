import { ROUTES } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';

/** `/v1/hubs`: who reads the log of events for good. */
export function hubRoutes(app: HttpApp, { hubs, bounds }: RouteContext): void {
  serve(app, ROUTES.listHubs, async () => hubs.list());
  serve(app, ROUTES.confirmEvents, async ({ params, body }) => hubs.confirm(params.hub, body.cursor));
  serve(app, ROUTES.getSending, async ({ params }) => bounds.wordOf(params.hub));
  serve(app, ROUTES.tellSending, ({ params, body }) => bounds.say(params.hub, body));
  serve(app, ROUTES.forgetHub, async ({ params }) => hubs.forget(params.hub));
}
