import { auditRoutes } from './audit.ts';
import { anySessionRoutes, centralHubRoutes, hubSessionRoutes } from './central-hub.ts';
import { chatRoutes } from './chats.ts';
import { compatRoutes } from './compat.ts';
import { eventRoutes } from './events.ts';
import { hubRoutes } from './hubs.ts';
import { installationRoutes } from './installation.ts';
import { linkingRoutes } from './linking.ts';
import { messageRoutes } from './messages.ts';
import { NOT_ON_HUB, onHub } from './on-hub.ts';
import { onboardingRoutes } from './onboarding.ts';
import { portableRoutes } from './portable.ts';
import type { Route } from './route.ts';
import { serviceRoutes } from './service.ts';
import { sessionRoutes } from './sessions.ts';
import { signInRoutes } from './sign-in.ts';
import { snapshotRoutes } from './snapshots.ts';
import { storageRoutes } from './storage.ts';
import { transferRoutes } from './transfers.ts';
import { trashRoutes } from './trash.ts';

export * from './audited.ts';
export * from './compat.ts';
export * from './inputs.ts';
export { NOT_ON_HUB } from './on-hub.ts';
export * from './route.ts';

/**
 * Every route of a session manager, each stated once, by its id. The manager serves them, its description is printed from
 * them, and its callers are typed by them.
 */
export const ROUTES = {
  ...sessionRoutes,
  ...linkingRoutes,
  ...eventRoutes,
  ...hubRoutes,
  ...messageRoutes,
  ...chatRoutes,
  ...snapshotRoutes,
  ...portableRoutes,
  ...storageRoutes,
  ...transferRoutes,
  ...trashRoutes,
  ...installationRoutes,
  ...serviceRoutes,
  ...compatRoutes,
};

export type RouteId = keyof typeof ROUTES;

const hubsOwn = { ...hubSessionRoutes, ...centralHubRoutes, ...onboardingRoutes, ...auditRoutes, ...signInRoutes };

type OnHub = Omit<typeof ROUTES, keyof typeof NOT_ON_HUB | keyof typeof hubsOwn> & typeof hubsOwn;

/**
 * Every route of a hub: those of a session manager, which it forwards or answers from its own store, and its own. What it does
 * not have is in `NOT_ON_HUB`.
 */
export const HUB_ROUTES = Object.fromEntries(
  Object.entries<Route>({ ...ROUTES, ...hubsOwn })
    .filter(([id]) => !(id in NOT_ON_HUB))
    .map(([id, route]) => [id, onHub(route, id in ROUTES)]),
) as unknown as OnHub;

export type HubRouteId = keyof typeof HUB_ROUTES;

/** What a client can call: the routes of a session manager, as it states them, and those that a hub has beside them. */
export const CALLS = {
  ...ROUTES,
  ...anySessionRoutes,
  ...centralHubRoutes,
  ...onboardingRoutes,
  ...auditRoutes,
  ...signInRoutes,
};

export type CallId = keyof typeof CALLS;
