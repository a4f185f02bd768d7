import { LeadMasterError, TRANSFER_VERSION } from '@leadmaster/protocol';
import type { Arrival } from './arrival-facts.ts';

/** @throws LeadMasterError `unprocessable` for a manager that speaks another version of this. */
export function refuseVersion(version: number): void {
  if (version === TRANSFER_VERSION) return;
  throw new LeadMasterError(
    'unprocessable',
    `Transfers of version ${version} are not understood here; this manager speaks ${TRANSFER_VERSION}`,
    'Bring both managers to the same version of LeadMaster.',
  );
}

/** @throws LeadMasterError `transfer_committed` from the moment on that this machine is the owner. */
export function refuseCommitted({ session, phase }: Arrival): void {
  if (phase !== 'committing' && phase !== 'committed') return;
  throw new LeadMasterError(
    'transfer_committed',
    `${session} has been handed over and belongs to this machine`,
    'To have it back, transfer it back from here.',
  );
}

/** @throws LeadMasterError `wrong_state` when it has not come so far, or farther. */
export function requirePhase(arrival: Arrival, phase: Arrival['phase']): void {
  if (arrival.phase !== phase) throw wrongPhase(arrival);
}

/** Where a transfer stands, and who can continue with it. */
export function wrongPhase({ id, session, phase }: Arrival): LeadMasterError {
  return new LeadMasterError(
    'wrong_state',
    `The transfer ${id} of ${session} is ${phase} here`,
    phase === 'aborted'
      ? 'It was given up; begin another.'
      : `Finish it where it comes from: repeat "./leadmaster transfer ${session}" there; or take it back with --undo.`,
    { extra: { transfer: id, phase } },
  );
}

/** The name belongs to another session here. */
export function inUse(session: string, state: string): LeadMasterError {
  return new LeadMasterError(
    'session_exists',
    `The other machine has a session ${session}, and it is ${state}`,
    'Delete it there, if it is not wanted.',
  );
}

/** The offered transfer was begun here: the address is this manager's own, under another name. */
export function itself(session: string): LeadMasterError {
  return new LeadMasterError(
    'invalid_request',
    `that is this manager itself, and ${session} is on it already`,
    'Give the address of the other machine. A tunnel to it needs a port of its own here.',
  );
}
