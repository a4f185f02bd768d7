import { pino } from 'pino';
import type { Config } from './config/config.ts';
import { createContext } from './context.ts';
import { refuseRootBesideUser } from './profile/owner.ts';
import { dataPaths } from './profile/paths.ts';
import type { SnapshotService } from './snapshots/snapshot-service.ts';

/**
 * The snapshots of a data folder whose service is down, for as long as they are needed: nothing happens by itself, and
 * no session is started. Takes the data folder's lock.
 *
 * @throws LeadMasterError `data_folder_in_use` when a service runs on it after all, `forbidden` for root beside a service that
 * runs as another user.
 */
export async function openOffline(
  config: Config,
): Promise<{ snapshots: SnapshotService; sessions: string[]; close(): Promise<void> }> {
  refuseRootBesideUser(dataPaths(config.dataDir));
  const context = await createContext(config, pino({ level: 'silent' }), { offline: true });
  return { snapshots: context.snapshots, sessions: context.sessions.names(), close: () => context.close() };
}
