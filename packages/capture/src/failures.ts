import { errorText, LeadMasterError } from '@leadmaster/protocol/errors';

const FULL = ['ENOSPC', 'EDQUOT'];
const TRY_AGAIN = 'Nothing was kept and the session runs on; try again, or take the snapshot with the session stopped.';

/** Why there is no copy. The browser runs on, and nothing is left of the attempt. */
export function captureFailed(detail: string, hint: string = TRY_AGAIN, cause?: unknown): LeadMasterError {
  return new LeadMasterError('capture_failed', detail, hint, cause === undefined ? {} : { cause });
}

/** The browser ended while it was being copied. */
export function browserVanished(pid: number): LeadMasterError {
  return captureFailed(
    `The browser (pid ${pid}) ended while its profile was being copied.`,
    'Nothing was kept. Take the snapshot again once the session is READY, or stopped.',
  );
}

/** The same for any thrown value. */
export function asCaptureFailure(error: unknown): LeadMasterError {
  if (error instanceof LeadMasterError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const hint =
    code !== undefined && FULL.includes(code)
      ? 'The disk of the profile is full. Free some space; nothing was kept and the session runs on.'
      : TRY_AGAIN;
  return captureFailed(`The profile could not be copied: ${errorText(error)}`, hint, error);
}
