import { APP_TIMING, type AppContext, type AppTiming } from '@leadmaster/service-kit/http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { AdoptService } from '../adopt/adopt-service.ts';
import type { BuildService } from '../builds/build-service.ts';
import type { Config } from '../config/config.ts';
import type { StorageService } from '../disk/storage-service.ts';
import type { PlaceService } from '../lifecycle/place-service.ts';
import type { SessionService } from '../lifecycle/session-service.ts';
import type { SnapshotService } from '../snapshots/snapshot-service.ts';
import type { ArrivalService, DepartureService } from '../transfer/transfer-service.ts';

/** The services behind the HTTP server. */
export interface Services {
  sessions: SessionService;
  snapshots: SnapshotService;
  storage: StorageService;
  adoption: AdoptService;
  builds: BuildService;
  place: PlaceService;
  departures: DepartureService;
  arrivals: ArrivalService;
}

/** What the HTTP server is made of. */
export interface HttpServerOptions extends Services {
  config: Pick<Config, 'dataDir' | 'compat'>;
  keys: { adminKey: string; serviceToken: string };
  log: Logger;
  metrics: Registry;
  /** Whether every saved session has been looked at; `GET /ready` says it. */
  ready: () => boolean;
  version: string;
  /** Overrides for tests. */
  timing?: Partial<HttpTiming>;
}

/** The server's own intervals, in milliseconds. */
export interface HttpTiming extends AppTiming {
  /** How long `POST /send` waits for WhatsApp's acknowledgement. */
  sendDeadlineMs: number;
}

export const DEFAULT_TIMING: HttpTiming = { ...APP_TIMING, sendDeadlineMs: 30_000 };

/** What a file of routes gets. */
export interface RouteContext extends Services, AppContext {
  config: HttpServerOptions['config'];
  timing: HttpTiming;
}
