import type { Config } from '@leadmaster/session-manager/config';

/** The profiles of this machine's data folder, read without the service. Loaded only by the commands that can do so. */
export async function openProfiles(config: Config) {
  const { createProfileStore } = await import('@leadmaster/session-manager/profile');
  return createProfileStore({ dataDir: config.dataDir });
}
