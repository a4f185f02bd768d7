import { LeadMasterError } from '@leadmaster/protocol';
import type { HubStore } from '../store/index.ts';
import type { MachineRecord } from '../store/records.ts';
import type { MachineLink } from './link.ts';
import type { MachineLinks } from './links.ts';

/** A browser needs so much memory while it loads. */
const SESSION_BYTES = 600 * 2 ** 20;

/** What a choice of a machine takes into account beside what the machines told. */
export interface RoomOptions {
  /** Whether a machine may be chosen at all. */
  fits?: (machine: MachineRecord) => boolean;
  /** How many sessions are on their way to a machine, or have come since it told of its room. */
  coming?: (machine: MachineRecord) => number;
}

/**
 * The machine for a session that comes: up, not draining, with the most free memory; a machine that told nothing yet comes last.
 * `fits`: whether a machine may be it at all.
 *
 * @throws LeadMasterError `no_machine`
 */
export async function roomiest(
  { machines }: HubStore,
  links: MachineLinks,
  { fits = () => true, coming = () => 0 }: RoomOptions = {},
): Promise<MachineLink> {
  const open = (await machines.list())
    .filter((machine) => !machine.isDraining && links.isUp(machine.name) && fits(machine))
    .map((machine) => ({
      name: machine.name,
      room: Math.floor((machine.facts?.memory?.freeBytes ?? 0) / SESSION_BYTES) - coming(machine),
      has: (machine.facts?.sessions ?? 0) + coming(machine),
    }))
    .sort((a, b) => b.room - a.room || a.has - b.has);
  const [best] = open;
  if (best !== undefined) return links.get(best.name);
  throw new LeadMasterError(
    'no_machine',
    'No machine takes a new session: each one is draining or does not answer.',
    'See GET /v1/machines; start a session manager, or end the draining of one.',
  );
}
