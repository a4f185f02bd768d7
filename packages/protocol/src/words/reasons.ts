import type { WRONG_ACCOUNT_REASONS } from '../accounts.ts';
import type { RECORDED_REASONS } from '../recording-vocabulary.ts';
import type { SNAPSHOT_REASONS } from '../snapshots.ts';
import type { HELD_BACK_REASONS } from '../states.ts';

/** Reasons that the protocol does not list: the session manager gives them as text. */
type OtherReason =
  | 'account_accepted'
  | 'account_refused'
  | 'account_unlink'
  | 'adopted'
  | 'adopted_unfinished'
  | 'copy_ended'
  | 'created'
  | 'found_without_a_record'
  | 'imported'
  | 'moved_here'
  | 'restored'
  | 'retired'
  | 'returned'
  | 'transferred'
  | 'trim'
  | 'unknown'
  // Codes of errors that a session stands in.
  | 'browser_failed'
  | 'browser_missing'
  | 'browser_not_gone'
  | 'browser_too_old'
  | 'display_missing'
  | 'login_damaged'
  | 'login_missing'
  | 'origin_not_retired'
  | 'profile_in_use'
  | 'profile_unreadable'
  | 'session_moved'
  | 'storage_failed'
  | 'web_version_damaged'
  | 'web_version_missing';

/** Every reason that has a word. */
export type Reason =
  | (typeof RECORDED_REASONS)[number]
  | (typeof SNAPSHOT_REASONS)[number]
  | (typeof HELD_BACK_REASONS)[number]
  | (typeof WRONG_ACCOUNT_REASONS)[number]
  | OtherReason;
