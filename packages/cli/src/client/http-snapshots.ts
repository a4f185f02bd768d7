import type {
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
  VerifyReport,
} from '@leadmaster/protocol';
import type { Client } from './client.ts';
import { type LongCall, operate } from './operations.ts';
import type { Snapshots } from './snapshots.ts';

/** Reading a vault on the other side of the world takes its time. */
const READ_MS = 120_000;

/** Snapshots by way of the running service. */
export class HttpSnapshots implements Snapshots {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  create(session: string, { kind, ...call }: LongCall & { kind?: SnapshotKind }): Promise<Snapshot> {
    return operate(this.#client, pathOf(session), kind === undefined ? {} : { kind }, call);
  }

  list(session: string, call: LongCall = {}): Promise<SnapshotList> {
    return this.#read(pathOf(session), call);
  }

  get(session: string, id: string, call: LongCall = {}): Promise<SnapshotDetail> {
    return this.#read(pathOf(session, id), call);
  }

  delete(session: string, id: string): Promise<void> {
    return this.#client.delete(pathOf(session, id), { timeoutMs: READ_MS });
  }

  verify(session: string, id: string, { drill, ...call }: LongCall & { drill: boolean }): Promise<VerifyReport> {
    return operate(this.#client, `${pathOf(session, id)}/verify`, { drill }, call);
  }

  restore(
    session: string,
    id: string,
    { start, overwriteNewer, restart, ...call }: LongCall & RestoreSnapshot & { restart: boolean },
  ): Promise<Session> {
    const query = restart ? '?restart=true' : '';
    return operate(this.#client, `${pathOf(session, id)}/restore${query}`, { start, overwriteNewer }, call);
  }

  async prune(session: string | null, call: LongCall = {}): Promise<PruneReport[]> {
    const names = session === null ? (await this.recoverable(call)).map((one) => one.session) : [session];
    const reports: PruneReport[] = [];
    for (const name of names) {
      reports.push(await operate<PruneReport>(this.#client, `${pathOf(name)}/prune`, undefined, call));
    }
    return reports;
  }

  async recoverable(call: LongCall = {}): Promise<Recoverable[]> {
    return (await this.#read<{ items: Recoverable[] }>('/v1/recover', call)).items;
  }

  recover(wanted: RecoverSessions, call: LongCall = {}): Promise<Recovered> {
    return operate(this.#client, '/v1/recover', wanted, call);
  }

  #read<T>(path: string, { signal }: LongCall): Promise<T> {
    return this.#client.get<T>(path, { timeoutMs: READ_MS, ...(signal === undefined ? {} : { signal }) });
  }
}

function pathOf(session: string, id?: string): string {
  const all = `/v1/sessions/${encodeURIComponent(session)}/snapshots`;
  return id === undefined ? all : `${all}/${encodeURIComponent(id)}`;
}
