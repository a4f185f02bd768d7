import { Client, heldToContract } from '@leadmaster/client';
import { errorText, LeadMasterError, type Sending } from '@leadmaster/protocol';
import { isLoopback } from '@leadmaster/service-kit/process';
import type { MachineFacts } from '../store/records.ts';

const ANSWER_MS = 5_000;
const ANSWER_BYTES = 2 ** 20;

/**
 * Asks a session manager with its token, before it is kept.
 *
 * @throws LeadMasterError `machine_refused` where the address is plain http beyond this machine, or the token is not valid there;
 *   `machine_unreachable`.
 */
export async function tryMachine({ url, token }: { url: string; token: string }): Promise<MachineFacts> {
  refuseAddress(url);
  const client = new Client({ url, key: () => token, answerBytes: ANSWER_BYTES, check: heldToContract });
  try {
    return await client.call('getMachine', {}, { timeoutMs: ANSWER_MS });
  } catch (error) {
    if (error instanceof LeadMasterError && error.code === 'unauthorized') {
      throw refused('The token is not valid there.', 'Give what stands in service.token of its data folder.');
    }
    throw unreachable(url, error);
  }
}

/** What a hub told a machine before it was removed: one that comes back brings it along. @throws LeadMasterError `machine_unreachable`. */
export async function sendingKeptBy({ url, token }: { url: string; token: string }, hub: string): Promise<Sending> {
  const client = new Client({ url, key: () => token, answerBytes: ANSWER_BYTES, check: heldToContract });
  const kept = await client
    .call('getSending', { params: { hub } }, { timeoutMs: ANSWER_MS })
    .catch((error: unknown) => {
      throw unreachable(url, error);
    });
  return kept.machine;
}

function unreachable(url: string, error: unknown): LeadMasterError {
  return new LeadMasterError(
    'machine_unreachable',
    `No session manager answers at ${new URL(url).origin}: ${errorText(error)}`,
    'Look at the address, and whether the session manager runs there in the same version.',
    { cause: error },
  );
}

/**
 * Refuses an address of a session manager that has more than scheme, host and port, or that is plain http beyond this machine.
 *
 * @throws LeadMasterError `machine_refused`
 */
export function refuseAddress(url: string): void {
  const { protocol, hostname, pathname, username } = new URL(url);
  if (username !== '' || pathname !== '/') {
    throw refused('The address has more than scheme, host and port.', 'Give it as https://host:port.');
  }
  if (protocol === 'http:' && !isLoopback(hostname)) {
    throw refused(
      'The address is plain http: what goes there could be read on the way.',
      'Put the TLS proxy of docs/operations.md in front of the session manager, and give its https address.',
    );
  }
}

function refused(detail: string, hint: string): LeadMasterError {
  return new LeadMasterError('machine_refused', detail, hint);
}
