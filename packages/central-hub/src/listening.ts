import type { Listening } from '@leadmaster/service-kit/http';
import type { Env } from '@leadmaster/service-kit/settings';
import { type HubConfig, readHubConfig } from './config/index.ts';
import { refuseNewerSqlite } from './store/sqlite.ts';

/** Where a hub listens, and the settings for that. */
export function listeningOf({ host, port }: Pick<HubConfig, 'host' | 'port'>): Listening {
  return { host, port, settings: { host: 'LEADMASTER_HOST', port: 'HUB_PORT' } };
}

/**
 * Refuses what would keep a hub from starting, before the session manager beside it changes anything. Answers where the hub
 * will listen.
 *
 * @throws ConfigError that lists all that is wrong with them; LeadMasterError `storage_failed` where `hub.db` is of a newer
 *   version, or cannot be read.
 */
export function checkHub(env: Env): Listening {
  const config = readHubConfig(env);
  if (config.databaseUrl === null) refuseNewerSqlite(config.dataDir);
  return listeningOf(config);
}
