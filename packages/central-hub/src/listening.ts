import type { Listening } from '@leadmaster/service-kit/http';
import type { HubConfig } from './config/index.ts';

/** Where a hub listens, and the settings for that. */
export function listeningOf({ host, port }: Pick<HubConfig, 'host' | 'port'>): Listening {
  return { host, port, settings: { host: 'LEADMASTER_HOST', port: 'HUB_PORT' } };
}
