import { LeadMasterError, TRANSFER_VERSION } from '@leadmaster/protocol';
import type { SessionAccess } from '../access/session-access.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Arrival, Arrivals } from './arrival-facts.ts';

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

/**
 * A name is free, or its session went away from here under a lower generation.
 *
 * @throws LeadMasterError `session_moved`, `session_exists`, `session_unclaimed`
 */
export async function refuseTakenName(
  { access, profiles, store }: { access: SessionAccess; profiles: ProfileStore; store: StateStore },
  arrivals: Arrivals,
  session: string,
  generation: number,
): Promise<void> {
  const moved = store.tombstones.generation(session);
  if (moved !== null && generation <= moved) {
    throw new LeadMasterError(
      'session_moved',
      `${session} went away from here as generation ${moved}, and ${generation} is not newer`,
      'It is a copy from before: the session continues where it went.',
    );
  }
  if (access.has(session)) {
    const { state } = await access.get(session);
    if (state === 'MOVED') return;
    const isReserved = arrivals.open().some((each) => each.session === session && each.facts.reserved);
    if (!isReserved) throw inUse(session, state);
  } else if ((await profiles.list()).some(({ name }) => name === session)) {
    throw new LeadMasterError(
      'session_unclaimed',
      `The other machine has a profile tokens/${session} that belongs to no session`,
      'Move it away there, or adopt it there under another name.',
    );
  }
}

/**
 * The source of an attempt that is sealed may have let go of the session: only the source ends that.
 *
 * @throws LeadMasterError `wrong_state`
 */
export function refuseInTheWay(arrivals: Arrivals, session: string, replaces: readonly string[]): void {
  const inTheWay = arrivals
    .open()
    .find((each) => each.session === session && each.phase !== 'prepared' && !replaces.includes(each.id));
  if (inTheWay !== undefined) throw wrongPhase(inTheWay);
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
