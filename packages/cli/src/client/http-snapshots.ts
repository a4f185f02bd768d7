import {
  PASSPHRASE_HEADER,
  type PruneReport,
  type Recoverable,
  type Recovered,
  type RecoverSessions,
  type RestoreSnapshot,
  type Session,
  type Snapshot,
  type SnapshotDetail,
  type SnapshotKind,
  type SnapshotList,
  type VerifyReport,
} from '@leadmaster/protocol';
import { type LongCall, of, type ServiceClient } from './service-client.ts';
import type { ImportWanted, Snapshots } from './snapshots.ts';

/** Reading a vault on the other side of the world takes its time. */
const READ_MS = 120_000;
/** A file of some gigabytes over a thin line. */
const FILE_MS = 24 * 3_600_000;

/** Snapshots by way of the running service. */
export class HttpSnapshots implements Snapshots {
  readonly #client: ServiceClient;

  constructor(client: ServiceClient) {
    this.#client = client;
  }

  create(session: string, { kind, ...call }: LongCall & { kind?: SnapshotKind }): Promise<Snapshot> {
    return this.#client.operate('createSnapshot', { ...of(session), body: kind === undefined ? {} : { kind } }, call);
  }

  list(session: string, { signal }: LongCall = {}): Promise<SnapshotList> {
    return this.#client.call('listSnapshots', of(session), { timeoutMs: READ_MS, signal });
  }

  get(session: string, snapshot: string, { signal }: LongCall = {}): Promise<SnapshotDetail> {
    return this.#client.call('getSnapshot', { params: { session, snapshot } }, { timeoutMs: READ_MS, signal });
  }

  delete(session: string, snapshot: string, { otherWriters = false }: { otherWriters?: boolean } = {}): Promise<void> {
    const ifLost = `Look before you give it again: ./leadmaster snapshot list ${session}`;
    const request = { params: { session, snapshot }, query: { otherWriters } };
    return this.#client.call('deleteSnapshot', request, { timeoutMs: READ_MS, ifLost });
  }

  verify(session: string, snapshot: string, { drill, ...call }: LongCall & { drill: boolean }): Promise<VerifyReport> {
    return this.#client.operate('verifySnapshot', { params: { session, snapshot }, body: { drill } }, call);
  }

  restore(
    session: string,
    snapshot: string,
    { start, overwriteNewer, otherAccount, restart, ...call }: LongCall & RestoreSnapshot & { restart: boolean },
  ): Promise<Session> {
    const body = { start, overwriteNewer, otherAccount };
    return this.#client.operate('restoreSnapshot', { params: { session, snapshot }, query: { restart }, body }, call);
  }

  prune(session: string, call: LongCall = {}): Promise<PruneReport> {
    return this.#client.operate('pruneSnapshots', of(session), call);
  }

  async pruneAll(call: LongCall = {}): Promise<PruneReport[]> {
    const reports: PruneReport[] = [];
    for (const name of await this.#pruneable(call)) reports.push(await this.prune(name, call));
    return reports;
  }

  accept(session: string, call: LongCall = {}): Promise<SnapshotList> {
    return this.#client.operate('acceptRollback', of(session), call);
  }

  /** All that the vault holds: what is damaged comes last, since it ends the work. */
  async #pruneable(call: LongCall): Promise<string[]> {
    const held = await this.recoverable(call);
    return held.sort((a, b) => Number(a.damaged) - Number(b.damaged)).map(({ session }) => session);
  }

  async export(session: string, id: string, { passphrase, signal }: LongCall & { passphrase: string }) {
    const snapshot = await this.get(session, id, signal === undefined ? {} : { signal });
    const headers = { accept: 'application/octet-stream, application/problem+json', ...opened(passphrase) };
    const wanted = { params: { session, snapshot: id }, headers };
    const response = await this.#client.request('exportSnapshot', wanted, { timeoutMs: FILE_MS, signal });
    return { snapshot, bytes: bytesOf(response) };
  }

  import(session: string, stream: AsyncIterable<Uint8Array>, wanted: ImportWanted): Promise<Session> {
    const { passphrase, originRetired, replace, overwriteNewer, otherAccount = false, start } = wanted;
    const input = {
      ...of(session),
      query: { originRetired, replace, overwriteNewer, otherAccount, start },
      headers: opened(passphrase),
      upload: { stream, bytes: wanted.sizeBytes ?? 0 },
    };
    return this.#client.call('importSession', input, { timeoutMs: FILE_MS, signal: wanted.signal });
  }

  retire(session: string, snapshot: string): Promise<Session> {
    return this.#client.call('retireSession', { ...of(session), body: { snapshot } }, { timeoutMs: READ_MS });
  }

  async recoverable({ signal }: LongCall = {}): Promise<Recoverable[]> {
    return (await this.#client.call('listRecoverable', {}, { timeoutMs: READ_MS, signal })).items;
  }

  recover(wanted: RecoverSessions, call: LongCall = {}): Promise<Recovered> {
    return this.#client.operate('recoverSessions', { body: wanted }, call);
  }
}

function opened(passphrase: string): Record<string, string> {
  return { [PASSPHRASE_HEADER]: encodeURIComponent(passphrase) };
}

async function* bytesOf({ body }: Response): AsyncGenerator<Buffer> {
  for await (const part of body ?? []) yield Buffer.from(part);
}
