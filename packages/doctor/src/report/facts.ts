import type { SessionState } from '@leadmaster/protocol';
import type { NamedOnDisk } from '../code/named-folders.ts';
import type { ToldFinding } from '../diagnosis.ts';
import type { Severity } from '../finding.ts';
import type { ProfileContents } from './contents.ts';
import type { Unreadable } from './unreadable.ts';

/** A session, or a profile that is none yet, as the report tells of it. */
export interface ReportedSession {
  name: string;
  path: string;
  /** `UNREADABLE`: the database is there and cannot be read. */
  state: SessionState | 'UNCLAIMED' | 'UNREADABLE';
  reason: string;
  since: string | null;
  account: string | null;
  generation: number | null;
  chromium: string | null;
  lastReadyAt: string | null;
  /** Null: the profile is not there. */
  contents: ProfileContents | Unreadable | null;
  /** Whose the folder is, and who may look in (octal); null when it is not there. */
  access: { mode: string; uid: number } | Unreadable | null;
  snapshots: { count: number; latest: { id: string; at: string; verifiedAt: string | null } | null } | Unreadable;
  /** The newest first. */
  transitions: { from: string; to: string; reason: string; at: string }[];
}

/** What is not well. */
export type ReportedFinding = ToldFinding & { severity: Exclude<Severity, 'ok'> };

/** Everything that the report says, gathered once; times in ISO 8601, sizes in bytes. */
export interface ReportFacts {
  at: string;
  host: string;
  version: string;
  dataDir: string;
  tokens: string;
  /** Who says to run on it; null when the service is down. */
  service: { pid: number; port: number | null } | null;
  uid: number | null;
  browser: string | null;
  sessions: ReportedSession[];
  trash: { count: number; bytes: number } | Unreadable;
  webCache: { bytes: number; files: string[] } | Unreadable;
  disk: { freeBytes: number; totalBytes: number } | Unreadable;
  settings: {
    loginMode: string;
    schedule: string | null;
    afterLogin: boolean;
    keep: string;
    vault: string;
    keyFile: string;
    warnBytes: number;
    trimBytes: number | null;
    minFreeBytes: number;
    webVersion: string | null;
    trashDays: number;
  };
  /** Folders that the operator's code names for sessions. */
  code: NamedOnDisk[];
  /** The doctor's, in the language of the report; those that are well left out. */
  findings: ReportedFinding[];
}
