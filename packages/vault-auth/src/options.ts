import type { CaptureKind } from '@leadmaster/capture';
import { isOwnName, LeadMasterError, OWN_NAME_RULE } from '@leadmaster/protocol';
import { parseRetention, type RetentionPolicy } from '@leadmaster/vault';
import type { VaultAuthEvent } from './events.ts';
import type { VaultPlace } from './vault-place.ts';

export interface VaultAuthOptions {
  /** Names the session in the vault and its folder: lower-case letters, digits, `_` and `-`. */
  clientId: string;
  vault: VaultPlace;
  /** Where profiles lie; `./.wwebjs_vault` when not given. */
  dataPath?: string;
  /** Between two snapshots; six hours when not given. */
  everyMs?: number;
  /** `essential` (login and history), or `full` (cached media too). */
  kind?: CaptureKind;
  /** Which snapshots stay: `last=7,daily=7,weekly=4,monthly=6` when not given. */
  keep?: string;
  /** Without it, failures are warnings of the process. */
  onEvent?: (event: VaultAuthEvent) => void;
}

/** The options with nothing left to guess. */
export interface Settings extends Omit<VaultAuthOptions, 'keep'> {
  dataPath: string;
  everyMs: number;
  kind: CaptureKind;
  keep: RetentionPolicy;
}

const SIX_HOURS_MS = 6 * 3600_000;
const DAY_MS = 24 * 3600_000;

/** @throws LeadMasterError `invalid_session_name`, or `invalid_request` for an interval that timers cannot hold. */
export function readOptions(options: VaultAuthOptions): Settings {
  const { clientId, everyMs = SIX_HOURS_MS, keep = 'last=7,daily=7,weekly=4,monthly=6' } = options;
  // What has a dot in it here is a file beside the folder of a session.
  if (!isOwnName(clientId)) {
    const detail = `${JSON.stringify(clientId)} is no clientId for a vault`;
    throw new LeadMasterError('invalid_session_name', detail, `Choose another: ${OWN_NAME_RULE}.`);
  }
  // A timer of more than 24.8 days would fire at once.
  if (!(everyMs >= 1000 && everyMs <= 20 * DAY_MS)) {
    throw new LeadMasterError('invalid_request', `everyMs is ${everyMs}`, 'Choose from 1000 (a second) to 20 days.');
  }
  return {
    ...options,
    everyMs,
    dataPath: options.dataPath ?? '.wwebjs_vault',
    kind: options.kind ?? 'essential',
    keep: parseRetention(keep),
  };
}
