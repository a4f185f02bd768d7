import { CALLS, type CallId } from './routes/index.ts';
import { hasBody, type Route } from './routes/route.ts';

/** What it takes to call a route, as plain data. */
export interface Call {
  readonly method: Route['method'];
  /** With `{name}` for each part that the caller fills in. */
  readonly path: Route['path'];
  /** Its good answer has no body. */
  readonly bare?: true;
}

function callOf(route: Route): Call {
  const { method, path } = route;
  return { method, path, ...(hasBody(route) ? {} : { bare: true }) };
}

/**
 * How each route is called, without what it reads and answers: types hold a caller to those. The build of the dashboard puts the
 * value of this file in its place, so that no schema goes to a browser.
 */
export const HOW_TO_CALL = Object.fromEntries(
  Object.entries<Route>(CALLS).map(([id, route]) => [id, callOf(route)]),
) as Readonly<Record<CallId, Call>>;
