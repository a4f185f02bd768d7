import { HUB_ROUTES, type Me } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import { type Caller, ownName } from '../../keys/caller.ts';
import type { RouteContext } from '../hub-app.ts';

/** `/v1/me` */
export function meRoutes(app: HttpApp, { callers }: RouteContext): void {
  serve(app, HUB_ROUTES.getMe, (request) => tellCaller(callers.of(request)));
}

/** What a caller is told of itself. */
export function tellCaller(caller: Caller): Me {
  const { kind, tenant, scopes, sessions, keyId } = caller;
  const names = sessions === null ? null : [...sessions].map((name) => ownName(caller, name));
  return { kind, tenant, scopes: [...scopes], sessions: names, keyId };
}
