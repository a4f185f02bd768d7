import { type Account, accountLabel, isSessionName, LeadMasterError, type SessionState } from '@leadmaster/protocol';
import type { GivenAway } from '../access/session-access.ts';
import { adoptCommand, toTrash } from './hints.ts';
import type { SupervisorView } from './session-status.ts';

/**
 * An order that was carried out in part and then failed, most often because a full disk could not note it. `done` completes
 * "..., but"; `next` says what is to be done, in the place of a hint that says that nothing was changed.
 */
export function halfDone(error: unknown, done: string, next: string): unknown {
  if (!(error instanceof LeadMasterError)) return error;
  return new LeadMasterError(error.code, `${done}, but this could not be noted: ${error.message}`, next, {
    cause: error,
    extra: error.extra,
  });
}

export function sessionExists(session: string): LeadMasterError {
  return new LeadMasterError(
    'session_exists',
    `There is a session ${session}`,
    'Use it, delete it, or choose another name.',
  );
}

export function sessionNotFound(session: string): LeadMasterError {
  const hint = isSessionName(session)
    ? `"./leadmaster sessions" lists them; "./leadmaster qr ${session}" makes this one.`
    : '"./leadmaster sessions" lists them.';
  return new LeadMasterError('session_not_found', `There is no session ${session} on this machine`, hint);
}

/** A profile that was found may be a login: a session of its name is made only by adopting it. */
export function sessionUnclaimed(session: string, profileDir: string): LeadMasterError {
  return new LeadMasterError(
    'session_unclaimed',
    `tokens/${session} exists and belongs to no session`,
    `Take it over with "${adoptCommand(session, profileDir)}", or move it away.`,
  );
}

export function notWaitingForQr(
  session: string,
  { state, reason, passkeyUntil }: Pick<SupervisorView, 'state' | 'reason' | 'passkeyUntil'>,
  hint: string,
): LeadMasterError {
  const passkey = passkeyUntil === null ? {} : { passkeyUntil: passkeyUntil.toISOString() };
  return new LeadMasterError('not_waiting_for_qr', `${session} is ${state} (${reason})`, hint, {
    extra: { state, reason, ...passkey },
  });
}

export function noPairingCode(session: string, view: SupervisorView): LeadMasterError {
  return notWaitingForQr(
    session,
    view,
    view.hint || 'A pairing code can be asked for while the session is in QR_REQUIRED.',
  );
}

export function linksNothing(): LeadMasterError {
  return new LeadMasterError(
    'login_mode_server',
    'LOGIN_MODE=server never links an account',
    'Start the service with LOGIN_MODE=qr or local to link one.',
  );
}

/** A browser is being launched whose pid is not known yet: its profile can be neither held nor copied. */
export function starting(session: string, state: SessionState): LeadMasterError {
  return new LeadMasterError(
    'wrong_state',
    `${session} is ${state}: its browser is just starting`,
    'Try again when it is READY or STOPPED.',
    { extra: { state } },
  );
}

/** What changes a profile needs it stopped. */
export function running(session: string, state: SessionState): LeadMasterError {
  return new LeadMasterError(
    'session_running',
    `${session} is ${state}, and its profile is only changed while it is stopped`,
    `Stop it first ("./leadmaster session stop ${session}"), or give --restart (over HTTP: ?restart=true).`,
    { extra: { state } },
  );
}

export function ending(session: string): LeadMasterError {
  return new LeadMasterError(
    'wrong_state',
    `${session} is just being deleted, or the service is shutting down`,
    'Try again afterwards.',
  );
}

/** `gone`: as which session of this machine the login went away, where that is known. */
export function originNotRetired(session: string, gone: GivenAway | null = null): LeadMasterError {
  const where =
    gone === null
      ? 'the place it came from'
      : `${gone.to ?? 'the machine that has its exported file'}, where it went as ${gone.session},`;
  return new LeadMasterError(
    'origin_not_retired',
    `${session} is a copy of a login: it is not confirmed that ${where} will never run it again`,
    `A login that runs in two places is taken from both. Make sure that no other place runs it, then: "./leadmaster session start ${session} --origin-retired" (over HTTP: {"originRetired": true}).`,
  );
}

/** A code for a number that is not expected would end in WRONG_ACCOUNT. */
export function otherPhone(session: string, phone: string, expected: string | null): LeadMasterError {
  return new LeadMasterError(
    'number_refused',
    `${session} expects +${expected}, and the code is asked for +${phone}`,
    'Ask for the code of the expected number, or change that one first (expectedPhone).',
  );
}

/** An account is settled only where one waits for it. */
export function notWrong(session: string): LeadMasterError {
  return new LeadMasterError(
    'wrong_state',
    `No account of ${session} waits to be accepted or unlinked`,
    `"./leadmaster sessions" shows what is linked. To remove a link: "./leadmaster session logout ${session}".`,
  );
}

/** One phone in two sessions gets each message twice, and WhatsApp may remove one of the links. */
export function linkedElsewhere(session: string, phone: string, other: string): LeadMasterError {
  return new LeadMasterError(
    'linked_elsewhere',
    `+${phone} is linked in the session ${other} of this machine; no code was asked for`,
    `Use ${other}. To have the account in ${session} instead, log ${other} out first: "./leadmaster session logout ${other}".`,
    { extra: { session: other } },
  );
}

/** A session that has the same login, and which of the two holds the older state of it; null where that is not known. */
interface Twin {
  other: string;
  older: string | null;
}

/** Delete the copy first; the other only if the operator is sure, since a copy may be an older state of the login. */
function whichToDelete(session: string, { other, older }: Twin): string {
  const copy = `delete ${session}: ${toTrash(session)}`;
  const instead = `delete ${other} instead: "./leadmaster session delete ${other}"`;
  const byCount = `By the changes in their databases, ${older} is the older state of the login.`;
  if (older === other) return `${byCount} If ${other} works, use it, and ${copy}. If it does not, ${instead}.`;
  const standing = older === null ? `${session} may be an older state of the login.` : byCount;
  return `Use ${other}, and ${copy}. ${standing} Only if you know that ${session} is the newer one, ${instead}.`;
}

/** A login that another session here has, opened a second time, is taken from both. */
export function loginElsewhere(session: string, account: Account, twin: Twin): LeadMasterError {
  const { other, older } = twin;
  return new LeadMasterError(
    'linked_elsewhere',
    `${session} holds a login of ${accountLabel(account)}, which the session ${other} of this machine has: two browsers on one login take it from each other`,
    whichToDelete(session, twin),
    { extra: { session: other, ...(older === null ? {} : { older }) } },
  );
}

/** A login that comes here, by a restore or from another machine, while another session here has it. */
export function comesDouble(session: string, account: Account, other: string): LeadMasterError {
  return new LeadMasterError(
    'linked_elsewhere',
    `The login that would come to ${session} is of ${accountLabel(account)}, which the session ${other} there has: two browsers on one login take it from each other`,
    `Nothing was changed. Use ${other}. What would come may be an older state of the login. Only if you know that it is the newer one, delete ${other} first, where it is: ${toTrash(other)}.`,
    { extra: { session: other } },
  );
}

/** One link in two sessions: to remove it in one removes it in both, and both never run. */
export function linkShared(session: string, account: Account, twin: Twin): LeadMasterError {
  const { other, older } = twin;
  return new LeadMasterError(
    'linked_elsewhere',
    `${session} and ${other} hold one and the same link of ${accountLabel(account)}: to log ${session} out, or to keep it beside ${other}, would take the login from ${other}`,
    `Nothing was changed. ${whichToDelete(session, twin)}`,
    { extra: { session: other, ...(older === null ? {} : { older }) } },
  );
}
