import type {
  Progress,
  PruneReport,
  Recoverable,
  Recovered,
  RecoverSessions,
  RestoreSnapshot,
  Session,
  Snapshot,
  SnapshotDetail,
  SnapshotKind,
  SnapshotList,
  SnapshotReason,
  VerifyReport,
} from '@leadmaster/protocol';

/** What every long call takes. */
export interface LongCall {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** How an exported file is taken in. */
export interface ImportWanted extends LongCall {
  passphrase: string;
  /** The operator confirms that the place the login comes from never runs it again. */
  originRetired: boolean;
  /** Put it in the place of a session of that name. */
  replace: boolean;
  overwriteNewer: boolean;
  /** Also where it is of another account than the session here. */
  otherAccount?: boolean | undefined;
  start: boolean;
  /** The size of the file, where it is known before it has come. */
  sizeBytes?: number;
}

/**
 * What the outside (HTTP, and the command line with the service down) may ask of the sessions' snapshots. Names are
 * validated before they get here; every refusal is a `LeadMasterError`.
 */
export interface SnapshotService {
  /** Durable when it resolves; behind one that is being taken it waits its turn. */
  create(session: string, options: LongCall & { kind?: SnapshotKind; reason: SnapshotReason }): Promise<Snapshot>;
  /** Newest first; also of a session that was deleted. */
  list(session: string, options?: LongCall): Promise<SnapshotList>;
  get(session: string, id: string, options?: LongCall): Promise<SnapshotDetail>;
  /** Takes it out of the history; its bytes go with the next prune. `otherWriters`: also one that another installation has written. */
  delete(session: string, id: string, options?: LongCall & { otherWriters?: boolean }): Promise<void>;
  /** Damage is an answer (`ok: false`), not an error. `drill`: also boots a restored copy, without any network. */
  verify(session: string, id: string, options: LongCall & { drill: boolean }): Promise<VerifyReport>;
  /** Puts the snapshot in the profile's place; the old profile goes to trash. `restart`: stops a running session first and starts it afterwards. */
  restore(session: string, id: string, options: LongCall & RestoreSnapshot & { restart: boolean }): Promise<Session>;
  /** Applies the retention to one session, and frees what no snapshot needs. */
  prune(session: string, options?: LongCall): Promise<PruneReport>;
  pruneAll(options?: LongCall): Promise<PruneReport[]>;
  /** The operator confirms that an older copy of the vault was put back on purpose: the history continues from what there is. */
  accept(session: string, options?: LongCall): Promise<SnapshotList>;
  /** The snapshot as one file that the passphrase opens; errors of the vault come before its first byte. */
  export(
    session: string,
    id: string,
    options: LongCall & { passphrase: string },
  ): Promise<{ snapshot: Snapshot; bytes: AsyncIterable<Buffer> }>;
  /** Takes an exported file into the history of a session, and puts it in place. What fails leaves nothing of it. */
  import(session: string, stream: AsyncIterable<Uint8Array>, options: ImportWanted): Promise<Session>;
  /** Retires the session here; its login continues elsewhere from that snapshot, which must be the last. */
  retire(session: string, id: string, options?: LongCall): Promise<Session>;
  /** Every session that the vault holds. */
  recoverable(options?: LongCall): Promise<Recoverable[]>;
  /** Brings sessions back from the vault alone, one by one; what failed of one does not stop the others. */
  recover(wanted: RecoverSessions, options?: LongCall): Promise<Recovered>;
}
