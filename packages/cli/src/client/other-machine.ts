import { hubSession } from '@leadmaster/protocol';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { of } from './service-client.ts';

/**
 * Refuses what works on the disk of a session's machine where `LEADMASTER_URL` means another place than this one, and says which
 * machine that is, where the service there tells.
 *
 * @throws CliError `needs_disk`
 */
export async function refuseOtherMachine(cli: Cli, session: string): Promise<void> {
  if (!cli.isElsewhere) return;
  const answer = await cli.client().request('getSession', of(session));
  const { data } = hubSession.safeParse(await answer.json());
  const machine = data?.machine ?? null;
  if (machine === null) return cli.refuseElsewhere();
  throw CliError.needsDisk(({ service }) => service.needsDiskOf(session, machine));
}
