import type { CheckReport } from '@leadmaster/protocol';

/**
 * The record beside a profile: `tokens/<session>/.leadmaster.json`, replaced atomically, 0600.
 * `generation` only grows; `chromiumMajor` is the newest that has opened the profile.
 */
export interface ProfileRecord {
  schema: 1;
  session: string;
  generation: number;
  engine: string;
  chromiumVersion: string | null;
  createdAt: string;
  /** When this login's bytes were last proven complete on disk; null before the first commit. */
  committedAt: string | null;
  account: { id: string; phone: string; name: string } | null;
}

/** What the disk says of a saved login. A read error is never one of these: it is thrown (`profile_unreadable`). */
export type LoginPresence = 'present' | 'absent';

/** The only code that builds a session path. */
export interface ProfileStore {
  /** The user-data-dir of a session, whether it exists or not. */
  locate(session: string): string;
  /** Names under `tokens/`, with whether a record lies beside each. Folders that are no session name are passed over. */
  list(): Promise<{ name: string; claimed: boolean }[]>;
  /** Makes the folder (0700) and its record if missing; repairs permissions. Idempotent. */
  create(session: string): Promise<ProfileRecord>;
  /** The record, or null when the profile has none. Throws `profile_unreadable` when it is there and cannot be read or parsed. */
  readRecord(session: string): Promise<ProfileRecord | null>;
  updateRecord(session: string, change: Partial<Omit<ProfileRecord, 'schema' | 'session'>>): Promise<ProfileRecord>;
  /** Whether a login is saved, by IndexedDB and Local Storage both being there. Throws on anything but a proven answer. */
  loginPresence(session: string): Promise<LoginPresence>;
  /** Makes a fresh login durable: fsyncs every file and folder of the login, then the record. */
  commitLogin(session: string, account: ProfileRecord['account'], chromiumVersion: string): Promise<void>;
  /** Moves the profile to `trash/<session>-<time>-<reason>` by rename, and makes that durable. Returns the new path, or null when there was none. */
  trash(session: string, reason: string): Promise<string | null>;
  /** Bytes of the whole profile and of its critical part. */
  measure(session: string): Promise<{ bytes: number; criticalBytes: number }>;
  /** Owner, mode, structure: everything `leadmaster check` prints. */
  check(session: string): Promise<CheckReport>;
  /** Sets 0700/0600 where they are not. Returns how many entries were mended. */
  repairPermissions(session: string): Promise<number>;
}
