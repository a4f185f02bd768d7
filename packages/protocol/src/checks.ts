/**
 * What is checked of a session and of a snapshot, by name. Other checks are named by what they look at: a database by its path below
 * the profile, a feature of the page as `page: FEATURE`.
 */
export const CHECK_NAMES = [
  'folder',
  'record',
  'indexed_db',
  'local_storage',
  'login',
  'owner',
  'permissions',
  'chromium',
  'lock',
  'databases',
  'missed chats',
  'needs you',
  'new chats',
  'bytes',
  'boot',
  'account',
  'private_key',
  'sealing_key',
  'registration',
  'keys',
  'rows',
  'complete',
  'newest',
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/** The name of the check of a feature of the page. */
export type PageCheckName = `page: ${string}`;

/** What can be wrong with the records of a session's snapshots: the `kind` of a `SnapshotProblem`, unless a newer service tells of another. */
export const SNAPSHOT_PROBLEMS = [
  'damaged',
  'removed',
  'replayed',
  'rolled_back',
  'keyless',
  'stray',
  'second_writer',
] as const;
export type SnapshotProblemKind = (typeof SNAPSHOT_PROBLEMS)[number];
