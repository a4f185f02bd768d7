import {
  isToRecover,
  LeadMasterError,
  type Progress,
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
  type SnapshotProblem,
  type SnapshotReason,
  type VerifyReport,
} from '@leadmaster/protocol';
import type { ImportWanted, LongCall, SnapshotService } from '../../session-manager/src/snapshots/snapshot-service.ts';
import type { FakeSessionService } from './fake-session-service.ts';

/** How many snapshots of a session a prune keeps. */
const KEEP = 2;
const MB = 1_048_576;
/** How an exported file begins here. */
const HEAD = 'fake export ';

function refuseShort(passphrase: string): void {
  if (passphrase.length >= 12) return;
  throw new LeadMasterError('passphrase_refused', 'It is too short.', 'Take a longer one.');
}

/** A long call that is held: it continues when released, and ends when its signal aborts. */
interface Held {
  what: string;
  call: LongCall;
}

/**
 * Snapshots in memory over sessions in memory, for tests of the layers above the service. `take`, `damage`,
 * `hold`, `report` and `release` are the test's hands.
 */
export class FakeSnapshotService implements SnapshotService {
  /** Thrown by every call instead of an answer, when set. */
  failure: Error | null = null;
  /** Held calls pass over their signal, as work would that cannot be ended. */
  deaf = false;
  /** Every call that would change something, in order. */
  readonly changes: string[] = [];
  /** What an export gives, and an import takes, instead of a file of its own kind. */
  file: Buffer | null = null;
  /** No session is given up. */
  refuseRetire = false;
  /** How many files are just coming in. */
  receiving = 0;
  readonly #sessions: FakeSessionService;
  readonly #vault = new Map<string, Snapshot[]>();
  readonly #damaged = new Set<string>();
  readonly #rolledBack = new Map<string, SnapshotProblem>();
  readonly #lost = new Map<string, SnapshotProblem>();
  readonly #held = new Set<Held>();
  #gate: PromiseWithResolvers<void> | null = null;
  #count = 0;
  #clock = Date.parse('2026-01-02T00:00:00.000Z');

  constructor(sessions: FakeSessionService) {
    this.#sessions = sessions;
  }

  /** Puts a snapshot into the vault, of a session that may not be here. */
  take(session: string, change: Partial<Snapshot> = {}): Snapshot {
    this.#count += 1;
    this.#clock += 1_000;
    const made: Snapshot = {
      id: `${this.#count}-${this.#count.toString(16).padStart(8, '0')}`,
      session,
      kind: 'essential',
      at: new Date(this.#clock).toISOString(),
      frozenAt: new Date(this.#clock - 400).toISOString(),
      bytes: 35 * MB,
      files: 212,
      newBytes: 2 * MB,
      storedBytes: MB,
      pauseMs: 12.5,
      method: 'sigstop',
      durationMs: 480,
      chromium: '150.0.7871.114',
      generation: 1,
      reason: 'requested',
      account: { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ana' },
      writtenBy: null,
      verifiedAt: null,
      verified: null,
      ...change,
    };
    this.#vault.set(session, [made, ...(this.#vault.get(session) ?? [])]);
    return made;
  }

  /** Makes a snapshot one whose verification finds damage. */
  damage(id: string): void {
    this.#damaged.add(id);
  }

  /** Makes a session one of which nothing can be read. */
  lose(session: string, detail: string): void {
    this.#lost.set(session, { kind: 'damaged', object: 'chain/6a95/', detail });
  }

  /** Makes the vault one that is older than it was, for a session. */
  rollBack(session: string, detail: string): void {
    this.#rolledBack.set(session, { kind: 'rolled_back', object: 'chain/6a95/0000000007', detail });
  }

  /** Takes everything out of the vault. */
  empty(): void {
    this.#vault.clear();
  }

  /** From now on long calls stop in their middle, until `release`. */
  hold(): void {
    this.#gate ??= Promise.withResolvers();
  }

  /** Lets the held calls go on. */
  release(): void {
    this.#gate?.resolve();
    this.#gate = null;
  }

  /** What the held calls are, in order: `snapshot a`, `verify a 1-00000001`, ... */
  get working(): string[] {
    return [...this.#held].map(({ what }) => what);
  }

  /** Has every held call report how far it has come. */
  report(progress: Progress): void {
    for (const { call } of this.#held) call.onProgress?.(progress);
  }

  async create(
    session: string,
    options: LongCall & { kind?: SnapshotKind; reason: SnapshotReason },
  ): Promise<Snapshot> {
    await this.#work(`snapshot ${session}`, options);
    const { state } = await this.#sessions.get(session);
    if (state === 'UNCLAIMED') {
      throw new LeadMasterError('session_unclaimed', `"${session}" has not been adopted.`, 'Adopt it first.');
    }
    if (state === 'MOVED') {
      throw new LeadMasterError('session_moved', `"${session}" has moved.`, 'Start it where it is.');
    }
    if (state === 'QR_REQUIRED') {
      throw new LeadMasterError('nothing_to_snapshot', `"${session}" has no login.`, 'Link it first.');
    }
    this.changes.push(`snapshot ${session}`);
    const made = this.take(session, { kind: options.kind ?? 'essential', reason: options.reason });
    this.#sessions.emit(session, 'snapshot.created', { ...made });
    return made;
  }

  async list(session: string): Promise<SnapshotList> {
    this.#step();
    const problem = this.#rolledBack.get(session);
    return { items: await this.#of(session), problems: problem === undefined ? [] : [problem] };
  }

  async get(session: string, id: string): Promise<SnapshotDetail> {
    this.#step();
    return {
      ...(await this.#find(session, id)),
      structure: [{ name: 'Local Storage', ok: true, detail: '3 tables' }],
      census: { before: { localStorage: 3, rows: { 'model-storage/message': 7 } }, after: null },
      entries: [{ path: 'Default/Preferences', kind: 'file', mode: 0o600, size: 8_192 }],
    };
  }

  async delete(session: string, id: string): Promise<void> {
    this.#step();
    const { id: found } = await this.#find(session, id);
    this.changes.push(`forget ${session} ${id}`);
    this.#remove(session, [found]);
  }

  async verify(session: string, id: string, options: LongCall & { drill: boolean }): Promise<VerifyReport> {
    await this.#work(`verify ${session} ${id}`, options);
    const found = await this.#find(session, id);
    const ok = !this.#damaged.has(id);
    Object.assign(found, { verified: ok, verifiedAt: found.at });
    const checks = ['content', ...(options.drill ? ['drill'] : [])].map((name) => ({
      name,
      ok,
      detail: ok ? 'as it was written' : 'pack 3f2a is damaged',
    }));
    this.#sessions.emit(session, 'snapshot.verified', { id, ok, drill: options.drill, checks });
    return { ok, checks };
  }

  async restore(
    session: string,
    id: string,
    options: LongCall & RestoreSnapshot & { restart: boolean },
  ): Promise<Session> {
    await this.#work(`restore ${session} ${id}`, options);
    const found = await this.#find(session, id);
    const here = (await this.#sessions.list()).items.find(({ name }) => name === session);
    const runs = here !== undefined && here.state !== 'STOPPED' && here.state !== 'UNCLAIMED';
    if (runs && !options.restart) {
      throw new LeadMasterError('session_running', `"${session}" is ${here.state}.`, 'Stop it, or add ?restart=true.');
    }
    if (this.#damaged.has(id)) {
      throw new LeadMasterError('snapshot_damaged', `Snapshot ${id} is damaged.`, 'Restore another.');
    }
    const inPlace = here?.generation ?? 0;
    if (inPlace > found.generation && !options.overwriteNewer) {
      throw new LeadMasterError('newer_login', `The login in place is of generation ${inPlace}.`, 'Keep it.');
    }
    this.changes.push(`restore ${session} ${id}`);
    const restored = this.#sessions.set(session, 'STOPPED', { generation: found.generation + 1 });
    this.#sessions.emit(session, 'session.restored', { id });
    return options.start || runs ? this.#sessions.set(session, 'READY') : restored;
  }

  async prune(session: string | null, options: LongCall = {}): Promise<PruneReport[]> {
    await this.#work(`prune ${session ?? 'all'}`, options);
    if (session !== null) await this.#of(session);
    return (session === null ? [...this.#vault.keys()] : [session]).map((name) => {
      const forgotten = (this.#vault.get(name) ?? []).slice(KEEP).map(({ id }) => id);
      this.changes.push(`prune ${name}`);
      this.#remove(name, forgotten);
      return {
        session: name,
        forgotten,
        deletedPacks: forgotten.length,
        rewrittenPacks: 0,
        freedBytes: forgotten.length * MB,
      };
    });
  }

  async accept(session: string, options: LongCall = {}): Promise<SnapshotList> {
    await this.#work(`accept ${session}`, options);
    this.changes.push(`accept ${session}`);
    this.#rolledBack.delete(session);
    return this.list(session);
  }

  async export(session: string, id: string, options: LongCall & { passphrase: string }) {
    this.#step();
    const snapshot = await this.#find(session, id);
    refuseShort(options.passphrase);
    const fails = this.#damaged.has(id);
    const { file } = this;
    const bytes = async function* (): AsyncGenerator<Buffer> {
      if (file !== null) return yield file;
      yield Buffer.from(`${HEAD}${options.passphrase.length}\n`);
      if (fails) throw new Error('the vault breaks off');
      yield Buffer.alloc(100_000, session);
    };
    return { snapshot, bytes: bytes() };
  }

  async import(session: string, stream: AsyncIterable<Uint8Array>, options: ImportWanted): Promise<Session> {
    this.#step();
    refuseShort(options.passphrase);
    const here = (await this.#sessions.list()).items.find(({ name }) => name === session);
    if (here !== undefined && !options.replace) {
      throw new LeadMasterError('session_exists', `There is a session "${session}".`, 'Choose another name.');
    }
    const text = await this.#receive(stream);
    const isOwn = text === this.file?.toString('latin1');
    if (!isOwn && !text.startsWith(HEAD))
      throw new LeadMasterError('store_damaged', 'It is no export.', 'Take another.');
    if (!isOwn && !text.startsWith(`${HEAD}${options.passphrase.length}\n`)) {
      throw new LeadMasterError('passphrase_wrong', 'The passphrase does not open the file.', 'Type it again.');
    }
    this.changes.push(`import ${session}`);
    this.take(session, { reason: 'imported' });
    const made = this.#sessions.stopped(session, options.originRetired);
    return options.start ? this.#sessions.start(session) : made;
  }

  async retire(session: string, id: string): Promise<Session> {
    this.#step();
    const { state } = await this.#sessions.get(session);
    await this.#find(session, id);
    if (state === 'UNCLAIMED') {
      throw new LeadMasterError('session_unclaimed', `"${session}" has not been adopted.`, 'Adopt it first.');
    }
    if (state !== 'STOPPED') {
      throw new LeadMasterError('session_running', `"${session}" is ${state}.`, 'Stop it first.');
    }
    if (this.refuseRetire || (await this.#of(session))[0]?.id !== id) {
      throw new LeadMasterError('newer_login', `"${session}" was used since.`, 'Export it again.');
    }
    this.changes.push(`retire ${session}`);
    return this.#sessions.set(session, 'MOVED');
  }

  async recoverable(): Promise<Recoverable[]> {
    this.#step();
    const here = new Set((await this.#sessions.list()).items.map(({ name }) => name));
    const whole = [...this.#vault].map(([session, items]) => ({
      session,
      snapshots: items.length,
      last: items[0] ?? null,
      isHere: here.has(session),
      gone: items[0]?.reason === 'before_delete' ? ('deleted' as const) : null,
      damaged: false,
      problems: [],
    }));
    const lost = [...this.#lost].map(([session, problem]) => ({
      session,
      snapshots: 0,
      last: null,
      isHere: here.has(session),
      gone: null,
      damaged: true,
      problems: [problem],
    }));
    return [...whole, ...lost];
  }

  async recover(wanted: RecoverSessions, options: LongCall = {}): Promise<Recovered> {
    await this.#work('recover', options);
    if (!wanted.originRetired) {
      throw new LeadMasterError(
        'origin_not_retired',
        'Confirm that the machine which ran these sessions will never run them again.',
        'Confirm it with "originRetired": true once it never runs them again.',
      );
    }
    const all = await this.recoverable();
    const names = wanted.sessions ?? all.filter(isToRecover).map(({ session }) => session);
    return {
      items: names.map((session) => {
        const found = all.find((each) => each.session === session);
        if (found === undefined || found.last === null || found.isHere) {
          const detail = found?.isHere === true ? 'it is here already' : 'the vault holds nothing of it';
          return { session, ok: false, snapshot: null, detail };
        }
        this.changes.push(`recover ${session}`);
        this.#sessions.set(session, wanted.start ? 'READY' : 'STOPPED');
        return { session, ok: true, snapshot: found.last.id, detail: wanted.start ? 'READY' : 'STOPPED' };
      }),
    };
  }

  /** Reads a file as an import does: of one that begins wrong, no more than its beginning. */
  async #receive(stream: AsyncIterable<Uint8Array>): Promise<string> {
    const parts: Uint8Array[] = [];
    this.receiving += 1;
    try {
      for await (const part of stream) {
        parts.push(part);
        if (this.file === null && !Buffer.concat(parts).toString('latin1').startsWith(HEAD)) break;
      }
    } finally {
      this.receiving -= 1;
    }
    return Buffer.concat(parts).toString('latin1');
  }

  /** The snapshots of a session that is here or in the vault. */
  async #of(session: string): Promise<Snapshot[]> {
    const known = this.#vault.get(session);
    if (known === undefined) await this.#sessions.get(session);
    return known ?? [];
  }

  async #find(session: string, id: string): Promise<Snapshot> {
    const found = (await this.#of(session)).find((each) => each.id === id);
    if (found !== undefined) return found;
    throw new LeadMasterError('snapshot_not_found', `"${session}" has no snapshot ${id}.`, 'List its snapshots.');
  }

  #remove(session: string, ids: readonly string[]): void {
    this.#vault.set(
      session,
      (this.#vault.get(session) ?? []).filter(({ id }) => !ids.includes(id)),
    );
    if (ids.length > 0) this.#sessions.emit(session, 'snapshot.forgotten', { ids });
  }

  #step(): void {
    if (this.failure !== null) throw this.failure;
  }

  /** The middle of a long call. */
  async #work(what: string, call: LongCall): Promise<void> {
    call.onProgress?.({ phase: 'working', done: 0, total: MB });
    if (this.#gate !== null) await this.#waitForRelease(this.#gate.promise, { what, call });
    call.signal?.throwIfAborted();
    this.#step();
    call.onProgress?.({ phase: 'working', done: MB, total: MB });
  }

  async #waitForRelease(released: Promise<void>, held: Held): Promise<void> {
    this.#held.add(held);
    const { signal } = held.call;
    const aborted = Promise.withResolvers<void>();
    if (!this.deaf) signal?.addEventListener('abort', () => aborted.resolve(), { once: true });
    await Promise.race([released, aborted.promise]);
    this.#held.delete(held);
  }
}
