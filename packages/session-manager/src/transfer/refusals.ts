import type { StructureCheck } from '@leadmaster/capture';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import type { Departure } from './departure-facts.ts';
import { PeerError, type TransferPeer } from './peer.ts';

/** It is on its way already, or has changed. */
export function underWay(session: string): LeadMasterError {
  return new LeadMasterError(
    'wrong_state',
    `${session} is being transferred, or was changed meanwhile`,
    'Wait until that is over: "./leadmaster events" tells.',
  );
}

/** What is known here of it is all that either machine needs to finish, or to take it back. */
export function notFinished({ session, peer }: Departure): LeadMasterError {
  return new LeadMasterError(
    'transfer_open',
    `${session} was handed over to ${peer}, and that is not finished: its profile here may be needed yet`,
    `Finish it: "./leadmaster transfer ${session} --to ${peer}"; or take it back, with --undo. Then delete it.`,
    { extra: { to: peer } },
  );
}

/** A transfer that was handed over is finished, or taken back, with the manager it was handed to. */
export function anotherTarget({ session, peer }: Departure, error: PeerError): LeadMasterError {
  return new LeadMasterError(
    'transfer_open',
    `${session} was handed over to ${peer}, which has not said yet that it has taken it; that this is the same machine is not known: ${errorText(error)}`,
    `Finish that first: "./leadmaster transfer ${session} --to ${peer}", or with another address of that machine; or take it back, with --undo.`,
    { cause: error, extra: { to: peer } },
  );
}

/** A copy that never ran here is not transferred: its owner is unknown. */
export function comesAsCopy(session: string): LeadMasterError {
  return new LeadMasterError(
    'origin_not_retired',
    `${session} is a copy of a login: it is not confirmed that the place it came from will never run it again`,
    `Start it here first, confirming it: "./leadmaster session start ${session} --origin-retired".`,
  );
}

/** There is no login yet: a session of that name on the other machine is as good. */
export function notLinked(session: string): LeadMasterError {
  return new LeadMasterError(
    'nothing_to_snapshot',
    `${session} is not linked: there is no login to move, and none to lose`,
    `Link it first: "./leadmaster qr ${session}". Or delete it here, and make it at the hub on the other machine.`,
  );
}

/** What would be sent is no login that another browser could open. */
export function notWhole(session: string, checks: readonly StructureCheck[]): LeadMasterError {
  const broken = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
  return new LeadMasterError(
    'capture_failed',
    `The copy of ${session} is not whole: ${broken.join('; ')}`,
    'Nothing was handed over. Look at the disk; a restart of the session makes Chromium repair its own files.',
    { extra: { broken } },
  );
}

/** There is nothing left that could be taken back. */
export function arrived(session: string): LeadMasterError {
  return new LeadMasterError(
    'transfer_committed',
    `${session} has arrived at the other machine and belongs to it`,
    'To have it back, transfer it back from there.',
  );
}

/** Why a session stayed where it was. What the other machine advises is for that machine, so it is named with it. */
export function failedToMove(session: string, peer: TransferPeer, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (!(error instanceof PeerError)) return error;
  return new LeadMasterError(
    'transfer_failed',
    `${session} stays here: ${errorText(error)}`,
    error.hint === '' ? 'Fix that, then repeat the transfer.' : adviceThere(peer, error),
    { cause: error, extra: { peer: { code: error.code, status: error.status } } },
  );
}

function adviceThere({ origin }: TransferPeer, { hint, status }: PeerError): string {
  return status === null ? hint : `At ${origin}: ${hint}`;
}

/** It was handed over, given up there, and is back. */
export function givenUpThere({ session, peer }: Departure, desired: 'running' | 'stopped'): LeadMasterError {
  return new LeadMasterError(
    'transfer_failed',
    `${peer} has given ${session} up instead of taking it; it is back here${desired === 'running' ? ', and starts' : ''}`,
    'Repeat the transfer, unless its operator did not want it.',
  );
}

/** It was handed over, and the other manager has not confirmed that. Neither machine runs it until then. */
export function unfinished({ session, peer }: Departure, error: unknown): LeadMasterError {
  const code = error instanceof PeerError ? error.code : null;
  const isThere = code === 'transfer_committed';
  return new LeadMasterError(
    isThere ? 'transfer_committed' : 'transfer_unfinished',
    isThere
      ? `${session} has arrived at ${peer} and belongs to it`
      : `${session} was handed over to ${peer}, which has not taken it: ${errorText(error)}`,
    isThere
      ? `To have it back, transfer it back from there. "./leadmaster transfer ${session} --to ${peer}" makes this machine's books agree.`
      : `Repeat the command to finish: "./leadmaster transfer ${session} --to ${peer}". To have it back instead, add --undo: it comes back once ${peer} says that it has given it up.`,
    { cause: error, extra: { to: peer, peer: { code } } },
  );
}
