import type { Account, CarriedBounds, CheckReport, RecentFiles } from '@leadmaster/protocol';
import type { ProfileSize } from './measure.ts';
import type { MovedOut } from './trim.ts';

/**
 * The record beside a profile: `tokens/<session>/.leadmaster.json`, replaced atomically, 0600.
 * `generation` only grows; `chromiumVersion` is the newest that has opened the profile.
 */
export interface ProfileRecord {
  schema: 1;
  session: string;
  generation: number;
  engine: string;
  chromiumVersion: string | null;
  createdAt: string;
  /** `created` here and empty, or `adopted` in place with its contents. */
  origin: 'created' | 'adopted';
  /** When this login's bytes were last proven complete on disk; null before the first commit. */
  committedAt: string | null;
  account: Account | null;
  /** False for a copy of a login whose origin is not confirmed to be retired: it does not start (design, invariant 10). */
  originRetired: boolean;
  /** The folder that it was adopted from, where that was another. */
  adoptedFrom?: string | undefined;
  /** True once that folder was moved here or set aside: what is found at its path later is another. */
  sourceGone?: boolean | undefined;
  /** Its files that ended in an unfinished record when it was adopted; absent once WhatsApp has taken the login. */
  unfinished?: string[] | undefined;
  /** How new the databases of WhatsApp's page are; absent while that was never noted. */
  databases?: DatabaseNote | undefined;
  /** Drawn at each start and end of a run, and remembered by the database; absent before the first. */
  mark?: string | undefined;
  /** What bounds the session, so that it goes wherever the login goes (`CarriedBounds`); absent where nothing does. */
  sending?: CarriedBounds['sending'];
  sendingOffBy?: CarriedBounds['sendingOffBy'];
  expectedPhone?: CarriedBounds['expectedPhone'];
}

/** The numbers of the page's databases in a profile (whatsapp-web-2026, 7.3), which decide what builds may open it. */
export interface DatabaseNote {
  /** By name: IndexedDB's version / 10 - 1. */
  numbers: Record<string, number>;
  at: string;
  /** A page that may raise them was opened and not seen to its end: they are at least this. */
  mayBeHigher: boolean;
}

/**
 * What the disk says of a saved login, read together with the record. A read error is never one of these: it is thrown
 * (`profile_unreadable`).
 *
 * The two stores alone decide nothing: WhatsApp's page writes both while it still shows a QR.
 * - `present`: both stores are whole, and the login was committed (or the profile came from elsewhere: unclaimed, adopted).
 * - `absent`: neither store is there and no commit was ever recorded. A proven absence: asking for a QR loses nothing.
 * - `uncommitted`: there are stores, but no login of this profile was ever committed: it showed a QR, or crashed before
 *   READY was told. Try it as it is, without trash; if it then shows a QR, nothing is lost.
 * - `damaged`: a login was committed (or came from elsewhere) and a store is missing or broken. The operator must look:
 *   never ask for a QR over it.
 */
export type LoginPresence = 'present' | 'absent' | 'uncommitted' | 'damaged';

/** The answer with its why, for reasons and `leadmaster check`. */
export interface LoginEvidence {
  presence: LoginPresence;
  detail: string;
}

/** Why a staged profile comes, and what is known of the login in it. */
export interface SwapReason {
  reason: string;
  /** The generation it had where it comes from; it gets a higher one. */
  generation: number;
  committedAt: string;
  /** Its name where it comes from, when that was another: its record is taken on under the new one. */
  formerly?: string;
  /** Unless it is given, as its record has it. */
  originRetired?: boolean;
  /** The folder that it comes from, when it is adopted. */
  adoptedFrom?: string;
  /** With `adoptedFrom`: it is the folder itself, and no copy. */
  sourceGone?: boolean;
  /** Files of it that end in an unfinished record, when it is adopted. */
  unfinished?: string[];
}

/** What a trim has moved out of a profile. */
export type Trimmed = Pick<MovedOut, 'freedBytes' | 'discard'>;

/** One profile in the trash. */
export interface TrashEntry {
  path: string;
  session: string;
  reason: string;
  at: string;
  generation: number | null;
}

/** The only code that builds a session path. */
export interface ProfileStore {
  /** The user-data-dir of a session, whether it exists or not. */
  locate(session: string): string;
  /**
   * Names under `tokens/`, with whether a record is beside each. Passed over are folders that are no session name or were set
   * aside by a move, and known names without a look at them.
   */
  list(isKnown?: (name: string) => boolean): Promise<{ name: string; claimed: boolean }[]>;
  /**
   * Makes the folder (0700) and its record if missing; repairs permissions. Idempotent. The generation continues from
   * what lies in the trash under the same name. Throws `session_unclaimed` when a profile without a record is there:
   * that takes `adopt`, on purpose. `above`: the generation under which the session once left this machine.
   */
  create(session: string, above?: number): Promise<ProfileRecord>;
  /** Takes a profile that has no record as it lies (`adopt` in place). Idempotent. Throws `session_not_found` when there is no folder. */
  adopt(session: string, above?: number): Promise<ProfileRecord>;
  /** The record, or null when the profile has none. Throws `profile_unreadable` when it is there and cannot be read or parsed. */
  readRecord(session: string): Promise<ProfileRecord | null>;
  /**
   * The record as this process last read or changed it, for what is only shown: a change by hand is not seen until the record
   * is read again. Throws as `readRecord` does where nothing is known yet.
   */
  knownRecord(session: string): Promise<ProfileRecord | null>;
  updateRecord(session: string, change: Partial<Omit<ProfileRecord, 'schema' | 'session'>>): Promise<ProfileRecord>;
  /**
   * Notes how new the page's databases are; numbers never go down. Nothing is noted where nothing is known yet, nor of
   * another generation than the one in place: it would concern another profile.
   */
  noteDatabases(
    session: string,
    generation: number,
    note: { numbers?: Readonly<Record<string, number>>; mayBeHigher: boolean },
  ): Promise<void>;
  /** Whether a login is saved, by IndexedDB and Local Storage both being there. Throws on anything but a proven answer. */
  loginPresence(session: string): Promise<LoginPresence>;
  /** The same, with what was seen. */
  loginEvidence(session: string): Promise<LoginEvidence>;
  /** Makes a fresh login durable: fsyncs every file and folder of the login, then the record. */
  commitLogin(session: string, account: ProfileRecord['account'], chromiumVersion: string): Promise<void>;
  /** Throws where the profile cannot be set aside: its place is a link or a mount point. To be asked before anything is lost for it. */
  refuseFixed(session: string): void;
  /** Moves the profile to `trash/<session>-<time>-<reason>` by rename, and makes that durable. Returns the new path, or null when there was none. */
  trash(session: string, reason: string): Promise<string | null>;
  /**
   * Puts a staged profile in the session's place: repairs its permissions, writes its record (with a generation above
   * every one known under this name), moves the old profile to trash. Returns the new record, and where the old one is.
   * A failure, also a crash in the middle, leaves the old profile or the new one, never none.
   */
  swapIn(session: string, staged: string, why: SwapReason): Promise<{ record: ProfileRecord; trashed: string | null }>;
  /**
   * Takes a folder from elsewhere on the same disk to be the session's profile, by one rename: it is there or here, never
   * both, whenever a crash comes. Its record is written before.
   *
   * @throws LeadMasterError `session_exists` when there is a profile already, `storage_failed` (cause `EXDEV` when it lies on another disk).
   */
  moveIn(session: string, source: string, why: SwapReason): Promise<ProfileRecord>;
  /** Takes a folder of the trash back to be the session's profile, as `moveIn` does; its label goes. */
  moveBack(session: string, trashed: string, why: SwapReason): Promise<ProfileRecord>;
  /** When something of the login's files was last written; null when there is none. */
  lastWritten(session: string): Promise<Date | null>;
  /** What is in the trash, newest first. */
  listTrash(): Promise<TrashEntry[]>;
  /**
   * Deletes what has lain in the trash for longer, and, oldest first, what is more than `maxBytes`; of the latter never
   * the newest profile of a session. Of the sessions in `kept` all stays. Ages are counted to `now`. Returns the paths
   * that are gone.
   */
  emptyTrash(olderThanDays: number, maxBytes?: number, kept?: ReadonlySet<string>, now?: Date): Promise<string[]>;
  /** Bytes that are in the trash. */
  trashBytes(): Promise<number>;
  /** Bytes of the profile by class and folder. Looks at every file and reads none. */
  measure(session: string): Promise<ProfileSize>;
  /** Files written since a moment, newest first. */
  recent(session: string, options: { since: Date; limit: number }): Promise<RecentFiles>;
  /**
   * Moves everything optional and temporary out of the profile, and proves that the login is as it was; else it is put
   * back. For a caller who holds the profile's lock and has proven that no browser is on it. `discard` deletes what was
   * moved out, and needs neither. Throws `login_damaged` before anything is touched where the login is not whole.
   */
  trim(session: string): Promise<Trimmed>;
  /** Owner, mode, structure: everything `leadmaster check` prints. */
  check(session: string): Promise<CheckReport>;
  /** Sets 0700/0600 where they are not. Returns how many entries were repaired. */
  repairPermissions(session: string): Promise<number>;
}
