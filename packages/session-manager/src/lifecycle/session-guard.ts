import type { SnapshotReason } from '@leadmaster/protocol';

/** Saves a login before an order that may lose it. The service's own shutdown is no such order. */
export interface SessionGuard {
  /** Resolves when the login is copied, or cannot be; never fails. */
  before(session: string, reason: SnapshotReason): Promise<void>;
  /** The operator has stopped it. No caller waits for what follows. */
  stopped(session: string): void;
  /** It was stopped to be started again at once. Resolves when that may happen; never fails. */
  resting(session: string): Promise<void>;
  /** @throws LeadMasterError `transfer_open` for what another machine may not have taken yet. */
  refuseDelete(session: string): Promise<void>;
  /** What is to be done about a session that another machine may not have taken yet; null for any other. */
  openTransfer(session: string): Promise<string | null>;
  /**
   * Makes everything that was saved of it unreadable for good.
   *
   * @throws LeadMasterError `other_writer` unless what another installation has written may go as well.
   */
  purge(session: string, options: { otherWriters: boolean }): Promise<void>;
}

/** Where there is no vault: in tests of the rest. */
export const UNGUARDED: SessionGuard = {
  before: async () => undefined,
  stopped: () => undefined,
  resting: async () => undefined,
  refuseDelete: async () => undefined,
  openTransfer: async () => null,
  purge: async () => undefined,
};
