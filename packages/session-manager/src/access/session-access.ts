import type { ProcessIdentity } from '@leadmaster/capture/processes';
import type { Account, Census, Session } from '@leadmaster/protocol';

/** A session's profile at a moment when nothing else happens to the session. */
export interface HeldProfile {
  profileDir: string;
  /** The browser that has it open; null when it is proven that none has. */
  browser: ProcessIdentity | null;
}

/** What else becomes durable in the transaction that gives a session away. */
export type LastWord = () => void;
/** Asked once the session is stopped; what it throws keeps it here. */
export type Proof = () => Promise<LastWord> | Promise<void>;

export interface ReplaceOptions {
  /** Whether a session that runs may be stopped for it. */
  stop: boolean;
  reason?: string;
  /** The operator has confirmed that no other place runs this login: a session that waits for that is released. */
  isOwn?: boolean;
  /** The login that left comes back as it was: no other link. */
  isSameLink?: boolean;
  /** What it throws leaves everything as it was. */
  judge?: () => Promise<void>;
}

/** A login that is known to be in place in a session. */
export interface HeldLogin {
  account: Account;
  /** A browser has it open, or is about to. */
  isRunning: boolean;
}

/** A session that has an account linked. */
export interface OtherLink extends HeldLogin {
  session: string;
}

/** A login that a session of this machine gave away. */
export interface GivenAway {
  session: string;
  /** The machine that it went to; null where it left in a file. */
  to: string | null;
}

/** What snapshots ask of the sessions of this machine. */
export interface SessionAccess {
  /** Every session, in any state. */
  names(): string[];
  has(session: string): boolean;
  get(session: string): Promise<Session>;
  /** Resolves once the session's state is settled, or when the wait is over. */
  settled(session: string, waitMs: number, signal: AbortSignal): Promise<Session>;
  start(session: string, options?: { originRetired?: boolean | undefined }): Promise<Session>;
  /** Another session than `except` that has this account linked; null where none is known to. */
  linkedIn(account: Account, except: string): OtherLink | null;
  /**
   * Another session than `except` as which this account went away from here, also where that was deleted since: a copy of
   * its login must not start unasked. Null where its login is no copy of this, or runs here again.
   */
  givenAway(account: Account, except: string): GivenAway | null;
  /**
   * Refuses a login that comes to a session, which need not be there yet, where another session here has it.
   *
   * @throws LeadMasterError `linked_elsewhere`
   */
  refuseComing(session: string, account: Account | null): void;
  /** Makes a stopped session whose profile is about to be put in place. `loginOf`: its login is as it was then. */
  createFor(session: string, loginOf: Date, how?: 'restored' | 'adopted' | 'transferred'): Promise<void>;
  /** Takes a session back that `createFor` made, when its profile did not follow. */
  discard(session: string): void;
  /**
   * Runs a task in the session's own queue, with its browser running or its profile locked.
   *
   * @throws LeadMasterError `wrong_state` while a browser is just starting, `profile_in_use` when another process has it.
   */
  hold<T>(session: string, task: (held: HeldProfile) => Promise<T>): Promise<T>;
  /**
   * Runs a task that puts another login into the profile's place, in the session's own queue, with the profile locked and no
   * browser on it. The session has the number of another link from just before on, so that a crash leaves none of the
   * snapshots of the former link to the new one.
   *
   * @param task is given the number of the link before.
   * @param options.judge is asked before anything is stopped, when no other work on the session runs.
   * @throws LeadMasterError `session_running` unless `stop` is set; then it is stopped first, and runs again if the task fails.
   */
  replace<T>(session: string, options: ReplaceOptions, task: (before: number) => Promise<T>): Promise<T>;
  /**
   * Stops the session and gives it away: durable, then its profile goes to trash, and nothing of that generation or an
   * older one starts here again. `prove` is asked once it is stopped; what it throws keeps the session here, and lets it
   * run again if it ran.
   */
  moveAway(session: string, reason: string, prove?: Proof): Promise<void>;
  /** Counts the rows of the running page's databases; null when no page runs or it does not answer. */
  census(session: string, signal: AbortSignal): Promise<Census | null>;
}
