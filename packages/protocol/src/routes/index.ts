import { chatRoutes } from './chats.ts';
import { compatRoutes } from './compat.ts';
import { eventRoutes } from './events.ts';
import { installationRoutes } from './installation.ts';
import { linkingRoutes } from './linking.ts';
import { messageRoutes } from './messages.ts';
import { portableRoutes } from './portable.ts';
import { serviceRoutes } from './service.ts';
import { sessionRoutes } from './sessions.ts';
import { snapshotRoutes } from './snapshots.ts';
import { storageRoutes } from './storage.ts';
import { transferRoutes } from './transfers.ts';
import { trashRoutes } from './trash.ts';

export * from './compat.ts';
export * from './inputs.ts';
export * from './route.ts';

/**
 * Every route of a session manager, each stated once, by its id. The manager serves them, its description is printed from
 * them, and its callers are typed by them.
 */
export const ROUTES = {
  ...sessionRoutes,
  ...linkingRoutes,
  ...eventRoutes,
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
