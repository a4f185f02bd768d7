import type { RecentFiles, StorageReport } from '@leadmaster/protocol';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { openProfiles } from '../commands/profiles.ts';
import { EXIT } from '../exit-codes.ts';
import { every } from './every.ts';
import { of, type ServiceClient } from './service-client.ts';

/** Walking large profiles on a slow disk takes its time. */
const WALK_MS = 120_000;

/** The sizes of profiles, as the running service or this command itself reads them from the disk. */
export interface StorageReader {
  /** Every profile, also those that were not adopted. */
  names(): Promise<string[]>;
  report(name: string): Promise<StorageReport>;
  recent(name: string, options: { hours: number; limit: number }): Promise<RecentFiles>;
}

/** Reads by way of the service; where none answers, on the disk alone. Nothing is changed by either. */
export async function withStorage<T>(cli: Cli, work: (storage: StorageReader) => Promise<T>): Promise<T> {
  try {
    return await work(byService(cli.client()));
  } catch (error) {
    if (cli.isElsewhere || !(error instanceof CliError) || error.exitCode !== EXIT.unreachable) throw error;
    cli.print.note(cli.words.profiles.readsTheDisk(cli.dataFolder));
    return work(onDisk(cli));
  }
}

function byService(client: ServiceClient): StorageReader {
  const options = { timeoutMs: WALK_MS };
  return {
    async names() {
      const items = await every((after) => client.call('listSessions', { query: after }));
      return items.map(({ name }) => name);
    },
    report: (name) => client.call('getStorage', of(name), options),
    recent: (name, query) => client.call('listRecentFiles', { ...of(name), query }, options),
  };
}

/** How a profile has grown is known to the service alone. */
function onDisk({ config }: Cli): StorageReader {
  return {
    async names() {
      const { createProfileStore } = await import('@leadmaster/session-manager/profile');
      return (await createProfileStore({ dataDir: config.dataDir }).list()).map(({ name }) => name);
    },
    async report(name) {
      const profiles = await openProfiles(config, name);
      const size = await profiles.measure(name);
      const measuredAt = new Date().toISOString();
      const warnBytes = config.storageWarnBytes;
      return { path: profiles.locate(name), ...size, growthBytesPerDay: null, sizes: [], warnBytes, measuredAt };
    },
    async recent(name, { hours, limit }) {
      const profiles = await openProfiles(config, name);
      return profiles.recent(name, { since: new Date(Date.now() - hours * 3_600_000), limit });
    },
  };
}
