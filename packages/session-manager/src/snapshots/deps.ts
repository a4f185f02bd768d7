import type { Capture, CaptureRequest } from '@leadmaster/capture';
import type { Slots } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { SessionAccess } from '../access/session-access.ts';
import type { Config } from '../config/config.ts';
import type { DrillBrowser } from '../engine/drill/drill-browser.ts';
import type { DataPaths } from '../profile/paths.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import type { StateStore } from '../state/state-store.ts';
import type { VaultKeeper } from './vault-keeper.ts';

/** What everything about snapshots shares. */
export interface SnapshotDeps {
  config: Pick<Config, 'snapshots' | 'diskMinFreeBytes'>;
  paths: DataPaths;
  profiles: ProfileStore;
  store: StateStore;
  access: SessionAccess;
  vault: VaultKeeper;
  /** Places for snapshots that are taken, read or booted (`SNAPSHOT_CONCURRENCY`). */
  places: Slots;
  capture: (request: CaptureRequest) => Promise<Capture>;
  drill: DrillBrowser;
  /** The browser that sessions run on here; what a newer one wrote is not restored. */
  browserVersion: () => Promise<string>;
  log: Logger;
}
