import { LeadMasterError } from '@leadmaster/protocol';
import type { HubStore } from '../store/index.ts';
import type { MachineRecord } from '../store/records.ts';
import type { MachineLink } from './link.ts';
import type { MachineLinks } from './links.ts';

/** A browser needs so much memory while it loads. */
const SESSION_BYTES = 600 * 2 ** 20;

/**
 * The machine for a new session: up, not draining, with the most free memory; a machine that told nothing yet comes last.
 * `fits`: whether a machine may be it at all.
 *
 * @throws LeadMasterError `no_machine`
 */
export async function roomiest(
  { machines }: HubStore,
  links: MachineLinks,
  fits: (machine: MachineRecord) => boolean = () => true,
): Promise<MachineLink> {
  const open = (await machines.list())
    .filter((machine) => !machine.isDraining && links.isUp(machine.name) && fits(machine))
    .map(({ name, facts }) => ({
      name,
      room: Math.floor((facts?.memory?.freeBytes ?? 0) / SESSION_BYTES),
      has: facts?.sessions ?? 0,
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
