import type { SnapshotInfo } from '@leadmaster/vault';

/** What a program may want to know, log, or raise an alarm for. */
export type VaultAuthEvent =
  /** A snapshot is in the vault; the browser stood still for `pauseMs`. */
  | { type: 'saved'; snapshot: SnapshotInfo; pauseMs: number }
  /** None was: the session runs on, and it is tried again at the next turn. */
  | { type: 'save_failed'; error: unknown }
  /** There was no login on this machine, and the vault's newest was put in place. */
  | { type: 'restored'; snapshot: SnapshotInfo }
  /** WhatsApp knows this login no more: `logout` while it ran, `qr` when it was to log in. Every snapshot stays. */
  | { type: 'unlinked'; by: 'logout' | 'qr' }
  /** Old snapshots were not removed, or a note or the trash could not be written; it is tried again. */
  | { type: 'upkeep_failed'; error: unknown };
