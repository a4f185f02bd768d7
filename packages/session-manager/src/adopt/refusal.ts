import { LeadMasterError } from '@leadmaster/protocol';
import { errorCode } from '@leadmaster/service-kit/files';
import { takeOverHint } from '../profile/access.ts';

/** Why a folder does not become a session. Nothing of it was changed. */
export function refuse(detail: string, hint: string, extra: Record<string, unknown> = {}): LeadMasterError {
  return new LeadMasterError('adopt_refused', detail, hint, { extra });
}

/** Any other error about a folder, as the refusal that callers know. */
export function refusedBy(error: unknown, hint?: string): unknown {
  if (!(error instanceof LeadMasterError) || error.code === 'adopt_refused') return error;
  return refuse(error.message, hint ?? error.hint, { ...error.extra, because: error.code });
}

/** A folder that this user may not look into, as a refusal whose hint covers all of it; other errors as they are. */
export function refusedIfClosed(error: unknown, folder: string): unknown {
  if (!(error instanceof LeadMasterError) || !['EACCES', 'EPERM'].includes(errorCode(error.cause))) return error;
  const { path } = error.cause as NodeJS.ErrnoException;
  if (path === undefined || !(path === folder || path.startsWith(`${folder}/`))) return error;
  return refusedBy(error, takeOverHint(folder, path));
}
