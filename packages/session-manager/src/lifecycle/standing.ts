import type { Account, AccountLimits } from '@leadmaster/protocol';
import type { EngineRun } from '../engine/engine.ts';

/** How a session stands towards its messages, as of now. */
export interface Standing {
  /** Its live run; null unless it is READY. */
  run: EngineRun | null;
  /** The generation of the profile that it runs on; null when nothing runs. */
  generation: number | null;
  account: Account | null;
  limits: AccountLimits | null;
}
