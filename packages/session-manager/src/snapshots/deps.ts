import type { Capture, CaptureRequest } from '@leadmaster/capture';
import type { Logger } from 'pino';
import type { SessionAccess } from '../access/session-access.ts';
import type { Config } from '../config/config.ts';
import type { DrillBrowser } from '../engine/drill/drill-browser.ts';
import type { DataPaths } from '../profile/paths.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import type { StateStore } from '../state/state-store.ts';
import type { VaultKeeper } from './vault-keeper.ts';

/** What copying a profile and saving it needs. */
export interface CopyDeps {
  config: Pick<Config, 'snapshots' | 'diskMinFreeBytes'>;
  paths: DataPaths;
  profiles: ProfileStore;
  store: StateStore;
  vault: VaultKeeper;
  capture: (request: CaptureRequest) => Promise<Capture>;
  log: Logger;
}

/** What everything about snapshots shares. */
export interface SnapshotDeps extends CopyDeps {
  access: SessionAccess;
  drill: DrillBrowser;
  /** The browser that sessions run on here; what a newer one wrote is not restored. */
  browserVersion: () => Promise<string>;
}
