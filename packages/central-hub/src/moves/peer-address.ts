import { LeadMasterError } from '@leadmaster/protocol';
import { isLoopback } from '@leadmaster/service-kit/process';
import type { MachineRecord } from '../store/records.ts';

/**
 * Where a machine reaches another one to send it a session. The hub may know a machine by an address of loopback, which means
 * another program to everyone elsewhere.
 *
 * @throws LeadMasterError `machine_refused`
 */
export function peerAddress(source: MachineRecord, target: MachineRecord): string {
  const address = target.peerUrl ?? target.url;
  if (!isNear(address) || isNear(source.url)) return address;
  throw new LeadMasterError(
    'machine_refused',
    `The hub knows ${target.name} by ${address} alone, which leads elsewhere from ${source.name}.`,
    `Give the https address at which other machines reach it: "./leadmaster machines change ${target.name} --peer-url URL".`,
  );
}

function isNear(url: string): boolean {
  return isLoopback(new URL(url).hostname);
}
