import type { Account, SessionState } from '@leadmaster/protocol';
import type { OwnedRun } from './owned-run.ts';

/** A session while a task has its turn in the session's queue: how it stands, and what the task may do. */
export interface Turn {
  readonly state: SessionState;
  /** What runs, or is just starting. */
  readonly current: OwnedRun | null;
  /** It is being deleted, or the service is shutting down. */
  readonly isEnding: boolean;
  start(reason: string): Promise<void>;
  /** Stops it, and resolves when the last browser process is gone. */
  rest(reason: string): Promise<void>;
  /** Has it wait where nothing runs and the profile in place is not the one that ran here last. */
  holdIfOther(): Promise<void>;
  /** Reports that another login is in the profile now, and whose; with `isOwn`, that no other place runs it. */
  returned(account: Account | null, reason: string, isOwn: boolean): Promise<void>;
  /** Says that the session lives elsewhere from now on; its profile goes to trash. */
  moved(reason: string): Promise<void>;
}
