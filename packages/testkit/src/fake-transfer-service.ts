import {
  type ArrivingTransfer,
  LeadMasterError,
  type PrepareTransfer,
  type SealTransfer,
  type Session,
  type TransferSession,
} from '@leadmaster/protocol';
import type { LongCall } from '../../session-manager/src/snapshots/snapshot-service.ts';
import type { ArrivalService, DepartureService } from '../../session-manager/src/transfer/transfer-service.ts';
import type { FakeSessionService } from './fake-session-service.ts';

const AT = '2026-01-01T00:00:00.000Z';

/** Sessions in memory that leave and arrive, for tests of the layers above the service. */
export class FakeTransferService implements DepartureService, ArrivalService {
  /** Thrown by every call instead of an answer, when set. */
  failure: Error | null = null;
  /** Every call that would change something, in order. */
  readonly changes: string[] = [];
  /** What the last transfer was asked for. */
  asked: TransferSession | null = null;
  readonly #sessions: FakeSessionService;
  readonly #arriving = new Map<string, ArrivingTransfer & { files: Map<string, number> }>();

  constructor(sessions: FakeSessionService) {
    this.#sessions = sessions;
  }

  async transfer(session: string, wanted: TransferSession, { onProgress }: LongCall): Promise<Session> {
    if (this.failure !== null) throw this.failure;
    const { state } = await this.#sessions.get(session);
    onProgress?.({ phase: 'sending', done: 1_048_576, total: 4_194_304 });
    this.asked = wanted;
    if (wanted.undo === true) {
      this.changes.push(`take ${session} back`);
      return state === 'MOVED' ? this.#sessions.set(session, 'STOPPED') : this.#sessions.get(session);
    }
    if (state === 'UNCLAIMED') {
      throw new LeadMasterError('session_unclaimed', `tokens/${session} belongs to no session.`, 'Adopt it first.');
    }
    this.changes.push(`transfer ${session}`);
    return this.#sessions.set(session, 'MOVED', { desired: 'stopped', account: null });
  }

  async prepare({ id, session, generation }: PrepareTransfer): Promise<ArrivingTransfer> {
    if (this.failure !== null) throw this.failure;
    const known = this.#arriving.get(id);
    if (known === undefined) {
      this.changes.push(`prepare ${session}`);
      const phase = 'prepared' as const;
      this.#arriving.set(id, { id, session, generation, phase, at: AT, changedAt: AT, files: new Map() });
    }
    return this.get(id);
  }

  get(id: string): ArrivingTransfer {
    const { files: _files, ...transfer } = this.#known(id);
    return transfer;
  }

  async missing(id: string, hashes: readonly string[]): Promise<string[]> {
    const { files } = this.#known(id);
    return hashes.filter((hash) => !files.has(hash));
  }

  async receive(id: string, piece: Parameters<ArrivalService['receive']>[1]): Promise<number> {
    const { files } = this.#known(id);
    const here = files.get(piece.sha256) ?? 0;
    if (here !== piece.offset) return here;
    this.changes.push(`piece of ${id}`);
    files.set(piece.sha256, here + piece.bytes.length);
    return here + piece.bytes.length;
  }

  async seal(id: string, _manifest: SealTransfer): Promise<ArrivingTransfer> {
    return this.#moveTo(id, 'sealed');
  }

  async commit(id: string): Promise<ArrivingTransfer> {
    return this.#moveTo(id, 'committed');
  }

  async abort(id: string): Promise<void> {
    this.#known(id);
    this.changes.push(`abort ${id}`);
    this.#arriving.delete(id);
  }

  #moveTo(id: string, phase: ArrivingTransfer['phase']): ArrivingTransfer {
    const arriving = this.#known(id);
    this.changes.push(`${phase} ${id}`);
    this.#arriving.set(id, { ...arriving, phase });
    return this.get(id);
  }

  #known(id: string) {
    if (this.failure !== null) throw this.failure;
    const arriving = this.#arriving.get(id);
    if (arriving !== undefined) return arriving;
    throw new LeadMasterError('transfer_not_found', `No transfer ${id} was announced here.`, 'Announce it first.');
  }
}
