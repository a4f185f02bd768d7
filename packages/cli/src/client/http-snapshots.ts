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
import type { ImportWanted, Snapshots } from './snapshots.ts';

/** Reading a vault on the other side of the world takes its time. */
const READ_MS = 120_000;
/** A file of some gigabytes over a thin line. */
const FILE_MS = 24 * 3_600_000;

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
    { start, overwriteNewer, otherAccount, restart, ...call }: LongCall & RestoreSnapshot & { restart: boolean },
  ): Promise<Session> {
    const query = restart ? '?restart=true' : '';
    return operate(
      this.#client,
      `${pathOf(session, id)}/restore${query}`,
      { start, overwriteNewer, otherAccount },
      call,
    );
  }

  async prune(session: string | null, call: LongCall = {}): Promise<PruneReport[]> {
    const names = session === null ? await this.#pruneable(call) : [session];
    const reports: PruneReport[] = [];
    for (const name of names) {
      reports.push(await operate<PruneReport>(this.#client, `${pathOf(name)}/prune`, undefined, call));
    }
    return reports;
  }

  accept(session: string, call: LongCall = {}): Promise<SnapshotList> {
    return operate(this.#client, `${pathOf(session)}/accept`, undefined, call);
  }

  /** All that the vault holds: what is damaged comes last, since it ends the work. */
  async #pruneable(call: LongCall): Promise<string[]> {
    const held = await this.recoverable(call);
    return held.sort((a, b) => Number(a.damaged) - Number(b.damaged)).map(({ session }) => session);
  }

  async export(session: string, id: string, { passphrase, signal }: LongCall & { passphrase: string }) {
    const snapshot = await this.get(session, id, signal === undefined ? {} : { signal });
    const response = await this.#client.request('GET', `${pathOf(session, id)}/export`, {
      headers: {
        accept: 'application/octet-stream, application/problem+json',
        'x-passphrase': encodeURIComponent(passphrase),
      },
      timeoutMs: FILE_MS,
      ...(signal === undefined ? {} : { signal }),
    });
    return { snapshot, bytes: bytesOf(response) };
  }

  async import(session: string, stream: AsyncIterable<Uint8Array>, wanted: ImportWanted): Promise<Session> {
    const { passphrase, originRetired, replace, overwriteNewer, otherAccount, start, sizeBytes = 0, signal } = wanted;
    const query = Object.entries({ originRetired, replace, overwriteNewer, otherAccount, start }).filter(
      ([, value]) => value,
    );
    const path = `/v1/sessions/${encodeURIComponent(session)}/import?${query.map(([key]) => `${key}=true`).join('&')}`;
    return this.#client.post<Session>(path, undefined, {
      file: { stream, bytes: sizeBytes },
      headers: { 'x-passphrase': encodeURIComponent(passphrase) },
      timeoutMs: FILE_MS,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  retire(session: string, id: string): Promise<Session> {
    const path = `/v1/sessions/${encodeURIComponent(session)}/retire`;
    return this.#client.post<Session>(path, { snapshot: id }, { timeoutMs: READ_MS });
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

async function* bytesOf({ body }: Response): AsyncGenerator<Buffer> {
  for await (const part of body ?? []) yield Buffer.from(part);
}

function pathOf(session: string, id?: string): string {
  const all = `/v1/sessions/${encodeURIComponent(session)}/snapshots`;
  return id === undefined ? all : `${all}/${encodeURIComponent(id)}`;
}
