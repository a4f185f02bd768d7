/** HTTP of every service: the app, binding of stated routes, errors, long calls, event streams. */
export type { HttpApp } from './app.ts';
export { type RequestOf, serve, serveLong } from './bind.ts';
export { EventFollowers } from './event-followers.ts';
export { keyCheck, presentedKey } from './keys.ts';
export { type Listening, listen, refuseTakenPorts } from './listening.ts';
export { isOpenCall } from './local.ts';
export { type ClientCall, meantSession } from './meant-session.ts';
export { requireType } from './negotiate.ts';
export { isOpen } from './open-routes.ts';
export { Operations } from './operations.ts';
export { PICTURE_PAGE } from './picture-page.ts';
export { prefersAsync } from './prefer.ts';
export { compatProblem } from './problems.ts';
export { APP_TIMING, type AppContext, type AppTiming, createHttpApp } from './server-app.ts';
export { operationRoutes, serviceRoutes } from './service-routes.ts';
export { callerSignal, untilClosing } from './waiting.ts';
