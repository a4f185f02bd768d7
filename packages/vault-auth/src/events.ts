import type { SnapshotInfo } from '@leadmaster/vault';

/** What a program may want to know, log, or wake somebody for. Nothing of it is ever thrown into nowhere. */
export type VaultAuthEvent =
  /** A snapshot is in the vault. */
  | { type: 'saved'; snapshot: SnapshotInfo; pauseMs: number }
  /** None was: the session runs on, and it is tried again. */
  | { type: 'save_failed'; error: unknown }
  /** There was no login on this machine, and the vault's newest was put in place. */
  | { type: 'restored'; snapshot: SnapshotInfo }
  /** The phone, or `logout`, has ended this login. The profile goes to `trash`; the snapshots stay. */
  | { type: 'unlinked'; reason: string };
