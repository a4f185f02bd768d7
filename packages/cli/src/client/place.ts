import type { AcceptedPlace, AcceptPlace, Place } from '@leadmaster/protocol';
import type { Cli } from '../cli.ts';
import { servedOrOpened } from './snapshots.ts';

/** Each session that is released may wait for a vault that does not answer. */
const ACCEPT_MS = 60_000;

/** The place of the data folder, by the running service or by the folder itself. */
export interface PlaceAccess {
  view(): Promise<Place>;
  accept(said: AcceptPlace): Promise<AcceptedPlace>;
  /** Whether the service runs. */
  isServed: boolean;
}

/**
 * Asks and tells the service about the place of its data folder. Where none answers, the data folder itself is opened,
 * which no other process may use meanwhile; nothing is started then.
 *
 * @throws CliError `service_unreachable` where the service of this data folder listens on another port; LeadMasterError
 * `data_folder_in_use` where a service runs after all.
 */
export function withPlace<T>(cli: Cli, work: (access: PlaceAccess) => Promise<T>): Promise<T> {
  return servedOrOpened(cli, {
    what: cli.words.service.theDataFolder,
    served: (client) =>
      work({
        isServed: true,
        view: () => client.call('getPlace'),
        accept: (body) => client.call('acceptPlace', { body }, { timeoutMs: ACCEPT_MS }),
      }),
    open: async () => (await import('@leadmaster/session-manager/offline')).openPlaceOffline(cli.config),
    opened: ({ place }) =>
      work({ isServed: false, view: async () => place.view(), accept: (said) => place.accept(said) }),
  });
}
