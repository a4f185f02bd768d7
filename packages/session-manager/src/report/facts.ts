import type { SessionState } from '@leadmaster/protocol';
import type { NamedOnDisk } from '../doctor/code/named-folders.ts';
import type { ToldFinding } from '../doctor/doctor.ts';
import type { Severity } from '../doctor/finding.ts';
import type { ProfileContents } from './contents.ts';

/** A session, or a profile that is none yet, as the report tells of it. */
export interface ReportedSession {
  name: string;
  path: string;
  state: SessionState | 'UNCLAIMED';
  reason: string;
  since: string | null;
  account: string | null;
  generation: number | null;
  chromium: string | null;
  lastReadyAt: string | null;
  /** Null: the profile is not there, or cannot be read. */
  contents: ProfileContents | null;
  /** Octal, of the folder; null when it is not there. */
  mode: string | null;
  uid: number | null;
  snapshots: { count: number; latest: { id: string; at: string; verifiedAt: string | null } | null };
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
  trash: { count: number; bytes: number };
  webCache: { path: string; bytes: number; files: string[] };
  disk: { freeBytes: number; totalBytes: number } | null;
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
