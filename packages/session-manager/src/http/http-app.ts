import type { SettingsView } from '@leadmaster/protocol';
import { APP_TIMING, type AppContext, type AppTiming } from '@leadmaster/service-kit/http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Adopter } from '../adopt/adopter.ts';
import type { Builds } from '../builds/builds.ts';
import type { Config } from '../config/config.ts';
import type { StorageCare } from '../disk/storage-care.ts';
import type { BoundsOrders } from '../lifecycle/bounds-orders.ts';
import type { HubRegistry } from '../lifecycle/hub-registry.ts';
import type { PlaceKeeper } from '../lifecycle/place-keeper.ts';
import type { Sessions } from '../lifecycle/sessions.ts';
import type { HubBackups } from '../snapshots/hub-backups.ts';
import type { SnapshotService } from '../snapshots/snapshot-service.ts';
import type { VaultKeeper } from '../snapshots/vault-keeper.ts';
import type { TransferSource } from '../transfer/source.ts';
import type { TransferTarget } from '../transfer/target.ts';
import type { TrashBin } from '../trash/trash-bin.ts';
import type { Diagnosis } from './diagnosis.ts';

/** The services behind the HTTP server. */
export interface Services {
  sessions: Sessions;
  snapshots: SnapshotService;
  storage: StorageCare;
  adoption: Adopter;
  trash: TrashBin;
  vault: VaultKeeper;
  builds: Builds;
  place: PlaceKeeper;
  hubs: HubRegistry;
  hubBackups: HubBackups;
  bounds: BoundsOrders;
  departures: TransferSource;
  arrivals: TransferTarget;
}

/** What the HTTP server is made of. */
export interface HttpServerOptions extends Services {
  config: Pick<Config, 'dataDir' | 'compat' | 'compatSessions' | 'vault' | 'snapshots'>;
  /** As the service has read them. */
  settings: SettingsView;
  diagnosis: Diagnosis;
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
  /** How long `POST /send` waits for a session that is just coming back. */
  comingBackMs: number;
  /** How long it waits for WhatsApp's acknowledgement then. Both together are less than the 60 s that its callers wait. */
  sendDeadlineMs: number;
}

export const DEFAULT_TIMING: HttpTiming = { ...APP_TIMING, comingBackMs: 6_000, sendDeadlineMs: 50_000 };

/** What a file of routes gets. */
export interface RouteContext extends Services, AppContext {
  config: HttpServerOptions['config'];
  settings: SettingsView;
  diagnosis: Diagnosis;
  timing: HttpTiming;
  version: string;
}
