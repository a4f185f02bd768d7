import { HUB_ROUTES } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../hub-app.ts';
import { tellCaller } from './me.ts';

/** `/v1/sign-in`, `/v1/sign-out`, `/v1/sign-in-codes` */
export function signInRoutes(app: HttpApp, { callers, signIns, cookie, url, trail }: RouteContext): void {
  serve(app, HUB_ROUTES.signIn, async (request, reply) => {
    const before = cookie.read(request);
    const opened = await callers.signIn(request, request.body);
    // Never the cookie that the browser had: another page may have planted it.
    if (before !== null) await signIns.end(before);
    trail.by(request, opened.caller);
    cookie.set(reply, opened.cookie);
    return tellCaller(opened.caller);
  });
  serve(app, HUB_ROUTES.signOut, async (request, reply) => {
    const ending = callers.signingOut(request);
    if (ending === null) return;
    const caller = await signIns.find(ending, request.ip);
    if (caller !== null) trail.by(request, caller);
    await signIns.end(ending);
    cookie.clear(reply);
  });
  serve(app, HUB_ROUTES.createSignInCode, async (request) => {
    const { code, expiresAt } = await signIns.makeCode(callers.of(request));
    const origin = url ?? `http://${request.headers.host}`;
    return { code, url: `${origin}/sign-in#code=${code}`, expiresAt: expiresAt.toISOString() };
  });
}
