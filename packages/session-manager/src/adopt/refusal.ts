import { LeadMasterError } from '@leadmaster/protocol';

/** Why a folder does not become a session. Nothing of it was changed. */
export function refuse(detail: string, hint: string, extra: Record<string, unknown> = {}): LeadMasterError {
  return new LeadMasterError('adopt_refused', detail, hint, { extra });
}

/** Whatever else says no to a folder, as the refusal that callers know. */
export function refusedBy(error: unknown, hint?: string): unknown {
  if (!(error instanceof LeadMasterError) || error.code === 'adopt_refused') return error;
  return refuse(error.message, hint ?? error.hint, { ...error.extra, because: error.code });
}
