import { LeadMasterError, type SessionState } from '@leadmaster/protocol';

/** A browser is being launched that nobody knows yet: its profile can be neither held nor copied. */
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
    `Stop it first ("./leadmaster session stop ${session}"), or ask for a restart (?restart=true, --restart).`,
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
