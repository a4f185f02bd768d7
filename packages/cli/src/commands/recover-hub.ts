import { type HubBackup, localTime } from '@leadmaster/protocol';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { SnapshotAccess } from '../client/snapshots.ts';
import { EXIT } from '../exit-codes.ts';

/** That hubs are in the vault too, beside the list of its sessions. */
export async function noteHubs({ print }: Cli, { hubs }: SnapshotAccess): Promise<void> {
  for (const { hub, savedAt } of await hubs()) print.note(print.words.recover.hubHeld(hub, localTime(savedAt)));
}

/**
 * Brings a hub back from its newest backup in the vault into the database of the settings, with the services down.
 *
 * @throws CliError where the service runs, or where the vault does not say which hub is meant; LeadMasterError as `recoverHub` does.
 */
export async function recoverHubHere(cli: Cli, { hubBackups }: SnapshotAccess, wanted: string | null): Promise<void> {
  if (hubBackups === null) {
    throw new CliError(
      EXIT.failed,
      'data_folder_in_use',
      ({ recover }) => recover.hubRuns,
      ({ recover }) => recover.stopFirst,
    );
  }
  const hub = chosen(await hubBackups.list(), wanted);
  const newest = await hubBackups.newest(hub);
  if (newest === null) throw notHeld(hub);
  const { recoverHub } = await import('@leadmaster/central-hub');
  const back = await recoverHub(cli.ownEnv, newest.document);
  cli.print.data(back);
  cli.print.line(cli.words.recover.hubBack({ ...back, savedAt: localTime(back.savedAt) }));
  cli.print.note(cli.words.recover.hubNext);
}

function chosen(held: readonly HubBackup[], wanted: string | null): string {
  const [first, ...others] = held.filter(({ hub }) => wanted === null || hub === wanted);
  if (first === undefined) throw notHeld(wanted);
  if (others.length === 0) return first.hub;
  const all = held.map(({ hub, savedAt }) => `${hub} (${localTime(savedAt)})`).join(', ');
  throw CliError.usage(({ recover }) => recover.whichHub(all));
}

function notHeld(hub: string | null): CliError {
  return new CliError(
    EXIT.notFound,
    'hub_not_found',
    ({ recover }) => recover.holdsNoHub(hub),
    ({ recover }) => recover.listIt,
  );
}
