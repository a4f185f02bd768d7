import { hubSession } from '@leadmaster/protocol';
import { adminKeyFile } from '@leadmaster/session-manager/config';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { hubClient } from './hub-client.ts';
import { of } from './service-client.ts';

/**
 * Before a session is made on this machine: refuses where the hub that runs here has one of that name on another machine. Both would
 * ask to be linked, and the hub shows one of them.
 *
 * @throws CliError `on_other_machine`
 */
export async function refuseTwin(cli: Cli, name: string): Promise<void> {
  if (cli.isElsewhere || cli.given.key !== null) return;
  const machine = await otherMachineOf(cli, name);
  if (machine === null) return;
  const keyFile = adminKeyFile(cli.config.dataDir);
  throw new CliError(
    EXIT.wrongState,
    'on_other_machine',
    ({ service }) => service.onOtherMachine(name, machine),
    ({ service }) => service.askHub(keyFile),
  );
}

/** Null also where that is not known: no hub runs here, what answers is none, or it does not take the operator's key. */
async function otherMachineOf(cli: Cli, name: string): Promise<string | null> {
  const hub = hubClient(cli);
  try {
    const { data } = hubSession.safeParse(await (await hub.request('getSession', of(name))).json());
    if (data === undefined) return null;
    const { items } = await hub.call('listMachines', {});
    const found = items.find((each) => each.name === data.machine);
    return found === undefined || found.url === cli.client().url ? null : found.name;
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}
