import { COMPONENTS, LeadMasterError, TAGS } from '@leadmaster/protocol';
import { createHttpApp, type HttpApp, operationRoutes, serviceRoutes } from '@leadmaster/service-kit/http';
import { createAuthenticator } from './auth.ts';
import { compatRoutes } from './compat.ts';
import { DEFAULT_TIMING, type HttpServerOptions, type RouteContext } from './http-app.ts';
import { chatRoutes } from './routes/chats.ts';
import { eventRoutes } from './routes/events.ts';
import { hubBackupRoutes, hubRoutes } from './routes/hubs.ts';
import { installationRoutes } from './routes/installation.ts';
import { linkingRoutes } from './routes/linking.ts';
import { machineRoutes } from './routes/machine.ts';
import { messageRoutes } from './routes/messages.ts';
import { portableRoutes } from './routes/portable.ts';
import { orderRoutes, sessionRoutes } from './routes/sessions.ts';
import { restoreRoutes, snapshotRoutes } from './routes/snapshots.ts';
import { storageRoutes } from './routes/storage.ts';
import { arrivalRoutes, departureRoutes } from './routes/transfers.ts';
import { trashRoutes } from './routes/trash.ts';

/** The manager's whole HTTP surface over its services. The caller listens. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpApp> {
  const { keys, log, metrics, ready, ...services } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const { app, context: common } = await createHttpApp({
    log,
    metrics,
    timing,
    authenticate: createAuthenticator(keys, options.config.compat),
    api: {
      title: 'LeadMaster Session Manager',
      version: options.version,
      description:
        'Keeps WhatsApp Web sessions alive. Errors are `application/problem+json`; `code` is stable and `hint` says what to do.',
      tags: TAGS,
      components: COMPONENTS,
      keys: 'The admin key or the service token',
    },
  });
  const context: RouteContext = { ...common, ...services, timing };
  serviceRoutes(app, {
    service: 'session-manager',
    metrics,
    version: options.version,
    requireReady: () => {
      if (!ready()) throw stillStarting();
    },
  });
  for (const routes of [
    sessionRoutes,
    orderRoutes,
    linkingRoutes,
    eventRoutes,
    hubRoutes,
    hubBackupRoutes,
    messageRoutes,
    chatRoutes,
    snapshotRoutes,
    restoreRoutes,
    portableRoutes,
    storageRoutes,
    trashRoutes,
    departureRoutes,
    arrivalRoutes,
    machineRoutes,
    installationRoutes,
    operationRoutes,
    compatRoutes,
  ]) {
    routes(app, context);
  }
  await app.ready();
  return app;
}

function stillStarting(): LeadMasterError {
  return new LeadMasterError('not_ready', 'The sessions are still being looked at.', 'Ask again in a few seconds.');
}
