import { type ClientSessions, COMPONENTS, type Machine, TAGS } from '@leadmaster/protocol';
import { APP_TIMING, type AppTiming, createHttpApp, type HttpApp, serviceRoutes } from '@leadmaster/service-kit/http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { HubFeed } from '../events/feed.ts';
import { KeyRing } from '../keys/key-ring.ts';
import { MOST_OPEN, OpenCalls } from '../keys/open-calls.ts';
import { SignIns } from '../keys/sign-ins.ts';
import type { MachineLinks } from '../machines/links.ts';
import type { SendingTeller } from '../machines/sending-teller.ts';
import { Linking } from '../onboarding/linking.ts';
import { Onboarding } from '../onboarding/onboarding.ts';
import type { HubStore } from '../store/index.ts';
import { reportsTo } from './audit/link-reports.ts';
import { AuditTrail } from './audit/trail.ts';
import { Authenticator } from './authenticate.ts';
import { dashboardRoutes } from './dashboard.ts';
import { forwardRoutes } from './forward.ts';
import { type HostRoute, hostRoutes } from './host-routes.ts';
import type { RouteContext } from './hub-app.ts';
import { auditRoutes } from './routes/audit.ts';
import { changeSessionRoute } from './routes/change-session.ts';
import { compatRoutes } from './routes/compat.ts';
import { eventRoutes } from './routes/events.ts';
import { keyRoutes } from './routes/keys.ts';
import { linkPageRoutes } from './routes/link-pages.ts';
import { linkRoutes } from './routes/links.ts';
import { machineOrderRoutes } from './routes/machine-orders.ts';
import { machineRoutes } from './routes/machines.ts';
import { meRoutes } from './routes/me.ts';
import { moveRoutes } from './routes/moves.ts';
import { operationRoutes } from './routes/operations.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { tenantRoutes } from './routes/tenants.ts';
import { SignInCookie } from './sign-in-cookie.ts';

/** What the hub's HTTP server is made of. */
export interface HubServerOptions {
  store: HubStore;
  links: MachineLinks;
  /** Who tells machines for whom sending is off. */
  teller: SendingTeller;
  secrets: { adminKey: string; serviceToken: string };
  log: Logger;
  metrics: Registry;
  version: string;
  url: string | null;
  /** Who the operator is, as people call them. */
  name: string | null;
  trustedProxies: readonly string[];
  ratePerSecond: number;
  compat: 'key' | 'open';
  /** Has a move that was begun be worked on at once. */
  wakeMoves: () => void;
  /** The session of each client of the earlier services; null where all have one. */
  compatSessions: ClientSessions | null;
  /** The folder of the built dashboard; null where there is none. */
  dashboard: string | null;
  /** What the host of the hub adds. */
  hostRoutes?: readonly HostRoute[];
  /** What an operator is to decide about a machine. */
  attentionOf: (machine: string) => Machine['attention'];
  /** Overrides for tests. */
  wrongKeyWaitMs?: number;
  /** How many calls a key may have open at once; for tests. */
  mostOpen?: number;
  /** Overrides for tests. */
  timing?: Partial<AppTiming>;
}

/** The hub's whole HTTP surface. The caller listens. */
export async function createHubServer(options: HubServerOptions): Promise<HttpApp> {
  const { store, links, teller, log, metrics, version } = options;
  const timing = { ...APP_TIMING, ...options.timing };
  const ring = new KeyRing(store.keys);
  const { adminKey } = options.secrets;
  const signIns = new SignIns({ stored: store.signIns, ring, adminKey });
  const openCalls = new OpenCalls({ ring, signIns, log, most: options.mostOpen ?? MOST_OPEN });
  const cookie = new SignInCookie(options.url);
  const callers = new Authenticator({ ...options, ring, signIns, cookie });
  const { app, context: common } = await createHttpApp({
    log,
    metrics,
    timing,
    authenticate: (request) => callers.check(request),
    ...(options.trustedProxies.length === 0 ? {} : { trustedProxies: options.trustedProxies }),
    api: {
      title: 'LeadMaster Central Hub',
      version,
      description:
        'One address in front of every session. Errors are `application/problem+json`; `code` is stable and `hint` says what to do.',
      tags: TAGS,
      components: COMPONENTS,
      keys: 'A key of the hub, or the admin key',
    },
  });
  app.addHook('preHandler', async (request) => callers.checkInput(request));
  const trail = new AuditTrail({
    log,
    audit: store.audit,
    callerOf: (request) => callers.known(request),
    compatSessions: options.compatSessions,
  });
  trail.watch(app);
  const feed = new HubFeed(store, { heartbeatMs: timing.heartbeatMs, closing: common.closing, log });
  links.onTurn(() => feed.tellMachines());
  const context: RouteContext = {
    ...common,
    store,
    links,
    teller,
    ring,
    openCalls,
    signIns,
    cookie,
    feed,
    callers,
    onboarding: new Onboarding({ store, linking: new Linking(store, links), report: reportsTo(log, store.audit), log }),
    trail,
    log,
    url: options.url,
    name: options.name,
    timing,
    wakeMoves: options.wakeMoves,
    attentionOf: options.attentionOf,
    compatSessions: options.compatSessions,
  };
  serviceRoutes(app, { service: 'central-hub', metrics, version, requireReady: () => {} });
  for (const routes of [
    meRoutes,
    signInRoutes,
    tenantRoutes,
    keyRoutes,
    machineRoutes,
    auditRoutes,
    machineOrderRoutes,
    moveRoutes,
    sessionRoutes,
    changeSessionRoute,
    linkRoutes,
    linkPageRoutes,
    eventRoutes,
    operationRoutes,
    forwardRoutes,
    compatRoutes,
  ]) {
    routes(app, context);
  }
  dashboardRoutes(app, options.dashboard);
  hostRoutes(app, callers, options.hostRoutes ?? []);
  app.addHook('onClose', async () => openCalls.close());
  await app.ready();
  return app;
}
