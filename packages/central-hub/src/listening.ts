import type { Listening } from '@leadmaster/service-kit/http';
import type { Env } from '@leadmaster/service-kit/settings';
import { type HubConfig, readHubConfig } from './config/index.ts';

/** Where a hub listens, and the settings for that. */
export function listeningOf({ host, port }: Pick<HubConfig, 'host' | 'port'>): Listening {
  return { host, port, settings: { host: 'LEADMASTER_HOST', port: 'HUB_PORT' } };
}

/**
 * Where a hub with these settings will listen.
 *
 * @throws ConfigError that lists all that is wrong with them.
 */
export function hubListening(env: Env): Listening {
  return listeningOf(readHubConfig(env));
}
