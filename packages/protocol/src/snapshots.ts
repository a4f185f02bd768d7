import { z } from 'zod';
import { account } from './accounts.ts';
import { sessionName } from './names.ts';
import { check } from './session.ts';
import { seenAs } from './tenants/seen.ts';

const time = z.iso.datetime();

export const snapshotKind = z.enum(['essential', 'full']);
export type SnapshotKind = z.infer<typeof snapshotKind>;

/** Why a snapshot was taken. */
export const SNAPSHOT_REASONS = [
  'requested',
  'schedule',
  'after_login',
  'bounds',
  'before_logout',
  'before_delete',
  'before_restore',
  'before_browser_upgrade',
  'before_transfer',
  'before_build_change',
  'stopped',
] as const;
export type SnapshotReason = (typeof SNAPSHOT_REASONS)[number];

/**
 * Rows of each object store of each IndexedDB database of WhatsApp's origin, by `database/store`, and the number of
 * localStorage items.
 */
export const census = z.object({ localStorage: z.number().int(), rows: z.record(z.string(), z.number().int()) });
export type Census = z.infer<typeof census>;

/** An installation that takes snapshots. `host` is what its machine was called then; `isHere`: it is this one. */
export const snapshotWriter = z.object({ id: z.string(), host: z.string(), isHere: z.boolean() });

/** How a browser is made to stand still; `none`: no browser ran. */
export const captureMethod = z.enum(['cgroup', 'sigstop', 'none']);

/** The snapshot that an imported one was exported from. */
export const importedFrom = z.object({ session: z.string(), id: z.string(), at: z.string() });

/** A snapshot of a session. Sizes in bytes, times in milliseconds. */
export const snapshot = z.object({
  id: z.string(),
  session: seenAs('name', z.string()),
  kind: snapshotKind,
  at: time,
  /** When the profile stood still: the moment that it is a picture of. */
  frozenAt: time,
  bytes: z.number().int(),
  files: z.number().int(),
  /** Bytes that the vault did not have before, and what they came to in the store, compressed and encrypted. */
  newBytes: z.number().int(),
  storedBytes: z.number().int(),
  /** How long the browser stood still, and how: `none` where no browser ran. */
  pauseMs: z.number(),
  method: captureMethod,
  durationMs: z.number(),
  /** The Chromium that wrote the profile; null when it is not known. */
  chromium: z.string().nullable(),
  generation: z.number().int(),
  reason: seenAs('word', z.string()),
  /** Whose login it is; null where that is not known. */
  account: account.nullable(),
  /** The installation (one data folder of LeadMaster) that took it; null in snapshots of earlier versions. */
  writtenBy: seenAs('operator', snapshotWriter.nullable()),
  /** When it was last proven good: every byte read, or booted by a drill. */
  verifiedAt: time.nullable(),
  /** What the last verification found; null before the first. */
  verified: z.boolean().nullable(),
});
export type Snapshot = z.infer<typeof snapshot>;

/** A snapshot with what is known of its insides. */
export const snapshotDetail = snapshot.extend({
  /** The databases of the copy as they were found, and the rows counted in the page just before and just after the pause. */
  structure: seenAs('operator', z.array(check)),
  census: z.object({ before: census.nullable(), after: census.nullable() }),
  entries: seenAs(
    'operator',
    z.array(z.object({ path: z.string(), kind: z.string(), mode: z.number().int(), size: z.number().int() })),
  ),
});
export type SnapshotDetail = z.infer<typeof snapshotDetail>;

/** What is wrong with the records of a session's snapshots; `kind` is one of `SNAPSHOT_PROBLEMS`, or of a newer service. */
export const snapshotProblem = z.object({
  kind: seenAs('word', z.string()),
  object: seenAs('operator', z.string()),
  detail: seenAs('operator', z.string()),
});
export type SnapshotProblem = z.infer<typeof snapshotProblem>;

/** Newest first. */
export const snapshotList = z.object({ items: z.array(snapshot), problems: z.array(snapshotProblem) });
export type SnapshotList = z.infer<typeof snapshotList>;

export const createSnapshot = z.strictObject({ kind: snapshotKind.optional() });

export const verifySnapshot = z.strictObject({ drill: z.boolean().default(false) });

export const verifyReport = z.object({
  ok: z.boolean(),
  checks: z.array(check),
});
export type VerifyReport = z.infer<typeof verifyReport>;

export const restoreSnapshot = z.strictObject({
  start: z.boolean().default(false),
  overwriteNewer: z.boolean().default(false),
  /** Also where the snapshot is of another account than the session, or of a link of another installation. */
  otherAccount: z.boolean().optional(),
});
export type RestoreSnapshot = z.infer<typeof restoreSnapshot>;

/** What a prune removed. */
export const pruneReport = z.object({
  session: seenAs('name', z.string()),
  forgotten: z.array(z.string()),
  deletedPacks: z.number().int(),
  rewrittenPacks: z.number().int(),
  freedBytes: z.number().int(),
});
export type PruneReport = z.infer<typeof pruneReport>;

/** A session that the vault holds. */
export const recoverable = z.object({
  session: z.string(),
  snapshots: z.number().int(),
  last: snapshot.nullable(),
  /** Whether this machine has a session of that name. */
  isHere: z.boolean(),
  /** It was given up on purpose where it ran: deleted, or moved to another machine. It is brought back by its name alone. */
  gone: z.enum(['deleted', 'moved']).nullable(),
  /** Nothing of it can be read; `problems` says why. Where its name is not known either, `session` is a hash of it. */
  damaged: z.boolean(),
  problems: z.array(snapshotProblem),
});
export type Recoverable = z.infer<typeof recoverable>;

/** What is not here and should be; one that cannot be brought back is named, not skipped. */
export function isToRecover({ isHere, gone, last, damaged }: Recoverable): boolean {
  return !isHere && gone === null && (last !== null || damaged);
}

export const recoverSessions = z.strictObject({
  /** When left out, all that the vault holds, this machine has not, and no operator has given up on purpose. */
  sessions: z.array(sessionName).min(1).optional(),
  /** The operator confirms that the machine these sessions ran on will never run them again. */
  originRetired: z.boolean().default(false),
  /** Also where the newest snapshot is of another account than the session had here. */
  otherAccount: z.boolean().optional(),
  start: z.boolean().default(true),
});
export type RecoverSessions = z.infer<typeof recoverSessions>;

/** How each session came back, or why it did not. */
export const recovered = z.object({
  items: z.array(
    z.object({
      session: z.string(),
      ok: z.boolean(),
      snapshot: z.string().nullable(),
      detail: z.string(),
      code: z.string().optional().describe('Why it did not come back, as the code of an error; absent where it did'),
    }),
  ),
});
export type Recovered = z.infer<typeof recovered>;

/** The long calls, by what they do. */
export const OPERATION_KINDS = [
  'snapshot',
  'verify',
  'restore',
  'prune',
  'accept',
  'recover',
  'trim',
  'adopt',
  'transfer',
  'move',
  'drain',
  'doctor_fix',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/**
 * Long work, whether its caller waits for it or asked with `Prefer: respond-async`. Kept in memory until a day after its
 * end, or until the service ends.
 */
export const operation = z.object({
  id: z.string(),
  /** Grows with every change that is worth showing: pass it as `after` to wait for the next. */
  revision: z.number().int(),
  kind: z.enum(OPERATION_KINDS),
  session: z.string().nullable(),
  state: z.enum(['running', 'done', 'failed']),
  progress: z.object({ phase: z.string(), done: z.number(), total: z.number().nullable() }),
  startedAt: time,
  endedAt: time.nullable(),
  /** The answer that the call would have given; null until it is done. */
  result: z.unknown(),
  error: z.record(z.string(), z.unknown()).nullable(),
});
export type Operation = z.infer<typeof operation>;

/** How far long work has come. `total` is null while it is not known; bytes unless the phase says otherwise. */
export interface Progress {
  phase: string;
  done: number;
  total: number | null;
}
