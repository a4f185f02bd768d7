import type { ArrivingTransfer, PrepareTransfer, SealTransfer, Session, TransferSession } from '@leadmaster/protocol';
import type { LongCall } from '../snapshots/snapshot-service.ts';

/** What the outside may ask of sessions that go from here to another machine. */
export interface DepartureService {
  /**
   * Moves a session to another manager, or finishes what was begun; with `undo`, takes it back. Whatever fails, exactly
   * one machine owns the session.
   */
  transfer(session: string, wanted: TransferSession, call: LongCall): Promise<Session>;
}

/** What another manager asks of this one while a session comes here. Every step may be repeated. */
export interface ArrivalService {
  prepare(wanted: PrepareTransfer): Promise<ArrivingTransfer>;
  get(id: string): ArrivingTransfer;
  /** Which files of these are not here yet, by the hash of their content. */
  missing(id: string, hashes: readonly string[]): Promise<string[]>;
  /** Takes a piece of a file; pieces come in order. Returns how many bytes of it are here. */
  receive(id: string, piece: { sha256: string; offset: number; size: number; bytes: Buffer }): Promise<number>;
  /** Puts the profile together and proves it. Durable when it resolves. */
  seal(id: string, manifest: SealTransfer, signal?: AbortSignal): Promise<ArrivingTransfer>;
  /** The source has let go: this machine is the owner, and starts the session if it ran. */
  commit(id: string): Promise<ArrivingTransfer>;
  /** Gives the transfer up for good. Refused once it is committed. */
  abort(id: string): Promise<void>;
}
