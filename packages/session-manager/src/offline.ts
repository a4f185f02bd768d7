import { pino } from 'pino';
import type { Config } from './config/config.ts';
import { type Context, type ContextOptions, createContext } from './context.ts';
import type { PlaceKeeper } from './lifecycle/place-keeper.ts';
import { refuseRootBesideUser } from './profile/owner.ts';
import { dataPaths } from './profile/paths.ts';
import type { HubBackups } from './snapshots/hub-backups.ts';
import type { SnapshotService } from './snapshots/snapshot-service.ts';

/** What is outside of this process; tests play it. */
type Played = Pick<ContextOptions, 'outside' | 'probe'>;

/**
 * The snapshots of a data folder whose service is down, for as long as they are needed: nothing happens by itself, and
 * no session is started. Takes the data folder's lock.
 *
 * @throws LeadMasterError `data_folder_in_use` when a service runs on it after all, `forbidden` for root beside a service that
 * runs as another user.
 */
export async function openOffline(
  config: Config,
  played: Played = {},
): Promise<{ snapshots: SnapshotService; hubBackups: HubBackups; sessions: string[]; close(): Promise<void> }> {
  const context = await openContext(config, played);
  const { snapshots, hubBackups } = context;
  return { snapshots, hubBackups, sessions: context.roster.names(), close: () => context.close() };
}

/**
 * The place of a data folder whose service is down: compared as at a start of the service, so that what waits is known, and
 * no session is started. Takes the data folder's lock.
 *
 * @throws LeadMasterError as `openOffline` does.
 */
export async function openPlaceOffline(
  config: Config,
  played: Played = {},
): Promise<{ place: PlaceKeeper; close(): Promise<void> }> {
  const context = await openContext(config, { ...played, comparesPlace: true });
  return { place: context.place, close: () => context.close() };
}

function openContext(config: Config, options: ContextOptions): Promise<Context> {
  refuseRootBesideUser(dataPaths(config.dataDir));
  return createContext(config, pino({ level: 'silent' }), { ...options, offline: true });
}
