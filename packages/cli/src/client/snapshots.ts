import type { HubBackup } from '@leadmaster/protocol';
import type { openOffline } from '@leadmaster/session-manager/offline';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { every } from './every.ts';
import { HttpSnapshots } from './http-snapshots.ts';
import type { ServiceClient } from './service-client.ts';

type Offline = Awaited<ReturnType<typeof openOffline>>;

/** What commands ask of snapshots, of the service or of the vault. Files are extracted by `extract.ts`, without either. */
export type Snapshots = Offline['snapshots'];
export type ImportWanted = Parameters<Snapshots['import']>[2];

/** The running service, or what it works on, opened by this command. */
export interface SnapshotAccess {
  snapshots: Snapshots;
  /** Hubs that the vault holds; none by way of a service elsewhere, which may be a hub itself. */
  hubs(): Promise<readonly HubBackup[]>;
  /** What hubs have in the vault, where this command has opened it; null by way of the service, which does not give that out. */
  hubBackups: Offline['hubBackups'] | null;
  /** Whether the service runs. */
  isServed: boolean;
  /** The sessions of this machine. */
  names(): Promise<string[]>;
}

/** A service that is there answers at once. */
const HELLO_MS = 5000;
/** Reading a vault on the other side of the world takes its time. */
const READ_MS = 120_000;

/**
 * Does work on snapshots by way of the service. Where none answers, on the vault and the data folder themselves, which
 * no other process may use meanwhile.
 *
 * @throws CliError `service_unreachable` where the service of this data folder listens on another port; LeadMasterError
 * `data_folder_in_use` where a service runs after all.
 */
export function withSnapshots<T>(cli: Cli, work: (access: SnapshotAccess) => Promise<T>): Promise<T> {
  return servedOrOpened(cli, {
    what: cli.words.service.vaultAndData,
    served: (client) =>
      work({
        ...{ snapshots: new HttpSnapshots(client), hubBackups: null, isServed: true },
        hubs: () => (cli.isElsewhere ? Promise.resolve([]) : servedHubs(client)),
        names: () => servedNames(client),
      }),
    open: async () => (await import('@leadmaster/session-manager/offline')).openOffline(cli.config),
    opened: ({ snapshots, hubBackups, sessions }) =>
      work({ snapshots, hubs: () => hubBackups.list(), hubBackups, isServed: false, names: async () => sessions }),
  });
}

/**
 * Does work by way of the service; where none answers, on what it works on, opened by `open` and closed afterwards.
 *
 * @throws CliError `service_unreachable` where the service of this data folder listens on another port; what `open` throws.
 */
export async function servedOrOpened<T, O extends { close(): Promise<void> }>(
  cli: Cli,
  ways: {
    served: (client: ServiceClient) => Promise<T>;
    open: () => Promise<O>;
    /** What is worked on then, before its path. */
    what: string;
    opened: (opened: O) => Promise<T>;
  },
): Promise<T> {
  const client = cli.client();
  // Where another place is meant, a silent service is no reason to work on this one's disk.
  if (cli.isElsewhere || (await answers(client))) return ways.served(client);
  await client.refuseElsewhere();
  const opened = await ways.open();
  cli.print.note(cli.words.service.down(ways.what, cli.dataFolder));
  try {
    return await ways.opened(opened);
  } finally {
    await opened.close();
  }
}

/** Whether a service answers at all. */
async function answers(client: ServiceClient): Promise<boolean> {
  try {
    await client.call('health', {}, { timeoutMs: HELLO_MS });
    return true;
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.unreachable) return false;
    throw error;
  }
}

async function servedHubs(client: ServiceClient): Promise<readonly HubBackup[]> {
  return (await client.call('listHubBackups', {}, { timeoutMs: READ_MS })).items;
}

async function servedNames(client: ServiceClient): Promise<string[]> {
  const items = await every((after) => client.call('listSessions', { query: after }));
  return items.filter(({ state }) => state !== 'UNCLAIMED').map(({ name }) => name);
}
