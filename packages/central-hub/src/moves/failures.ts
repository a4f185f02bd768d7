import { LeadMasterError } from '@leadmaster/protocol';
import type { MoveRecord } from '../store/records.ts';

/** What says nothing of the session: its machine gave no answer of its own, or its answer is lost. */
const UNANSWERED: readonly string[] = [
  ...['service_unreachable', 'answer_lost', 'operation_lost', 'operation_not_found', 'timeout'],
  ...['shutting_down', 'unauthorized', 'machine_unreachable'],
];

/** Whether a machine may answer the same question later. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof LeadMasterError && UNANSWERED.includes(error.code);
}

/** Whether the hub's own database failed: the move is taken up again. */
export function isOfStore({ code }: LeadMasterError): boolean {
  return code === 'database_unreachable' || code === 'storage_failed';
}

/** A session has one move at a time. */
export function isMoving({ subject, target }: MoveRecord): LeadMasterError {
  return new LeadMasterError(
    'session_moving',
    `${subject} is on its way to ${target}.`,
    'Wait until that is over: "./leadmaster events" tells.',
    { extra: { machine: target } },
  );
}

/** For those who are told of no machine. */
export function isOnItsWay(): LeadMasterError {
  return new LeadMasterError(
    'session_moving',
    'The session is on its way to another machine. Nothing was changed.',
    'Ask again in a few seconds.',
  );
}

/** A move that was begun long ago is not begun again: the session stays where it is. */
export function tooLate({ subject, source, target }: MoveRecord): LeadMasterError {
  return new LeadMasterError(
    'transfer_failed',
    `${subject} stays on ${source}: its move to ${target} was interrupted, and was begun too long ago to go on by itself.`,
    `Begin it again: "./leadmaster move ${subject} --machine ${target}".`,
  );
}

/** The machine that had it says that it is on another one, which does not have it. */
export function notThere({ subject, source, target }: MoveRecord): LeadMasterError {
  return new LeadMasterError(
    'session_moved',
    `${source} has given ${subject} to another machine, and ${target} does not have it.`,
    `See where: "./leadmaster events ${subject}". Where the address of ${target} leads elsewhere, give the right one: "./leadmaster machines change ${target} --peer-url URL".`,
  );
}

export function noSession({ subject, source, target }: MoveRecord): LeadMasterError {
  return new LeadMasterError(
    'session_not_found',
    `There is no session ${subject} on ${source}, and none on ${target}.`,
    'See them: "./leadmaster sessions".',
  );
}

export function isSilent(machine: string): LeadMasterError {
  return new LeadMasterError(
    'machine_unreachable',
    `${machine} does not answer.`,
    'Nothing was changed. See "./leadmaster machines list"; ask again once it is up.',
  );
}

/** A machine that takes no new session takes no other either. */
export function isDraining(machine: string): LeadMasterError {
  return new LeadMasterError(
    'machine_draining',
    `${machine} takes no session: it is draining.`,
    'Choose another machine: "./leadmaster machines list". Or take the draining back with --undo.',
  );
}
