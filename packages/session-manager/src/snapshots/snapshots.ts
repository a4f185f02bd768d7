import {
  LeadMasterError,
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
  type SnapshotReason,
  type VerifyReport,
} from '@leadmaster/protocol';
import { isOfAnObject, isRecordLost, problemOf, type SnapshotInfo, type Vault } from '@leadmaster/vault';
import { FINDINGS_FILE } from '../profile/extracted.ts';
import type { SnapshotRow } from '../state/rows.ts';
import type { SnapshotDeps } from './deps.ts';
import type { LoginCopies } from './login-copies.ts';
import { hasLoginEnded, hasNothingToSave } from './nothing-to-save.ts';
import { secondWriters } from './other-account.ts';
import { isOtherWriters, refuseOtherWriters } from './other-writers.ts';
import { settleGuess } from './own-link.ts';
import { exportSnapshot, importSession, retireSession } from './portable.ts';
import { listRecoverable, notInVault, recoverSessions } from './recover.ts';
import { restoreSession } from './restore.ts';
import { describeDetail, describeKnown, describeSnapshot, parseFindings } from './snapshot-facts.ts';
import type { ImportWanted, LongCall, SnapshotService } from './snapshot-service.ts';
import { captureSession, saveTaken, type TakeOptions } from './take.ts';
import type { BoundCall, SnapshotTurns } from './turns.ts';
import { verifySnapshot } from './verify.ts';

/** How long to wait for a session that is starting before the snapshot fails. */
const SETTLE_MS = 60_000;

/** What does not pass by itself. */
const OFF = new Set(['vault_missing', 'vault_changed', 'vault_key_missing', 'vault_key_wrong']);

const SAY_SNAPSHOT = 'To delete it from that installation as well, confirm it (otherWriters, --other-writers).';
const SAY_PURGE =
  'Delete the session without --purge: the snapshots stay. To delete those of the other installation as well, confirm it (otherWriters, --other-writers).';

type Wanted = LongCall & { kind?: SnapshotKind; reason: SnapshotReason };

/** The snapshots of this machine's sessions: taken one at a time for a session, a few at a time for the machine. */
export class Snapshots implements SnapshotService {
  readonly #deps: SnapshotDeps;
  readonly #turns: SnapshotTurns;
  readonly #copies: LoginCopies;

  constructor(deps: SnapshotDeps & { turns: SnapshotTurns; copies: LoginCopies }) {
    this.#deps = deps;
    this.#turns = deps.turns;
    this.#copies = deps.copies;
  }

  async create(session: string, options: Wanted): Promise<Snapshot> {
    // An unknown name is a mistake of the caller, not a failure of a session.
    await this.#deps.access.get(session);
    const ordered = this.#copies.linkOf(session);
    return this.#turns.turn(session, options, async (call) => {
      const wanted = this.#wanted(options, call);
      const link = this.#copies.linkOf(session);
      try {
        await this.#settle(session, call.signal);
        return await saveTaken(this.#deps, session, await captureSession(this.#deps, session, wanted), wanted);
      } catch (error) {
        // A login that ended while its snapshot waited is no failure of snapshots, unless the operator has asked for one.
        if (wanted.reason === 'requested' || !hasLoginEnded(this.#deps.store, session, ordered))
          this.#copies.failed(session, { reason: wanted.reason, link }, error);
        throw error;
      }
    });
  }

  /**
   * Takes what must not be lost with what comes next (a logout, a delete). Resolves as soon as it is copied; it reaches
   * the vault afterwards. Never fails: what comes next is wanted anyway, and goes by trash.
   */
  async before(session: string, reason: SnapshotReason): Promise<void> {
    const row = this.#deps.store.sessions.get(session);
    const hasLogin = row !== null && !hasNothingToSave(row);
    await this.#copies.ahead(session, reason, (wanted) => captureSession(this.#deps, session, wanted), hasLogin);
  }

  async list(session: string, { signal }: LongCall = {}): Promise<SnapshotList> {
    const vault = await this.#deps.vault.open();
    const call = signal === undefined ? {} : { signal };
    try {
      const { snapshots, problems } = await vault.list(session, call);
      settleGuess(this.#deps, session, snapshots);
      const known = new Map(this.#deps.store.snapshots.list(session).map((row) => [row.id, row]));
      const items = snapshots.toReversed().map((info) => ({
        ...this.#describe(session, info, known.get(info.id) ?? null),
        ...(isRecordLost(info, problems) ? { verified: false } : {}),
      }));
      return { items, problems: [...problems, ...secondWriters(session, snapshots)] };
    } catch (error) {
      if (error instanceof LeadMasterError && error.code === 'vault_rolled_back')
        return { items: [], problems: [{ ...problemOf(error), kind: 'rolled_back' }] };
      if (this.#isWithout(session, error)) return { items: [], problems: [] };
      throw isUnheard(error) ? notInVault(session) : error;
    }
  }

  async get(session: string, id: string, { signal }: LongCall = {}): Promise<SnapshotDetail> {
    const vault = await this.#deps.vault.open();
    const call = signal === undefined ? {} : { signal };
    const info = await this.#find(session, id);
    const { entries } = await vault.get(session, id, call);
    const findings = await vault.readFile(session, id, FINDINGS_FILE, call);
    return describeDetail(
      describeKnown(this.#deps, session, info),
      findings === null ? null : parseFindings(findings.toString('utf8')),
      entries.map((entry) => ({
        path: entry.path,
        kind: entry.kind,
        mode: entry.mode,
        size: entry.kind === 'file' ? entry.size : 0,
      })),
    );
  }

  delete(session: string, id: string, options: LongCall & { otherWriters?: boolean } = {}): Promise<void> {
    return this.#turns.turn(session, options, async ({ signal }) => {
      const vault = await this.#deps.vault.open();
      if (!options.otherWriters) {
        const { snapshots } = await vault.list(session, { signal });
        const going = snapshots.filter((info) => info.id === id);
        refuseOtherWriters(this.#deps, session, going, SAY_SNAPSHOT);
      }
      const gone = await vault.forget(session, { ids: [id] }, { signal });
      this.#deps.store.snapshots.forgotten(session, [...new Set([id, ...gone.map((info) => info.id)])]);
    });
  }

  verify(session: string, id: string, options: LongCall & { drill: boolean }): Promise<VerifyReport> {
    return this.#turns.placed(options, async (call) => {
      return verifySnapshot(this.#deps, session, await this.#find(session, id), { ...call, drill: options.drill });
    });
  }

  restore(session: string, id: string, options: LongCall & RestoreSnapshot & { restart: boolean }): Promise<Session> {
    return this.#turns.turn(session, options, async (call) => {
      return restoreSession(this.#deps, session, await this.#find(session, id), { ...options, ...call });
    });
  }

  prune(session: string, options: LongCall = {}): Promise<PruneReport> {
    return this.#turns.turn(session, options, (call) => this.#pruneOne(session, call));
  }

  async pruneAll(options: LongCall = {}): Promise<PruneReport[]> {
    const vault = await this.#deps.vault.open();
    const { names, unreadable } = await vault.survey();
    const reports: PruneReport[] = [];
    let damage = unreadable[0]?.error ?? null;
    for (const [done, name] of names.entries()) {
      options.onProgress?.({ phase: 'pruning sessions', done, total: names.length });
      try {
        reports.push(await this.#turns.turn(name, options, (call) => this.#pruneOne(name, call)));
      } catch (error) {
        if (!isOfAnObject(error)) throw error;
        damage ??= error;
      }
    }
    // Told once the others are done.
    if (damage !== null) throw damage;
    return reports;
  }

  accept(session: string, options: LongCall = {}): Promise<SnapshotList> {
    return this.#turns.turn(session, options, async ({ signal }) => {
      const vault = await this.#deps.vault.open();
      await vault.acknowledge(session, { signal });
      const now = await this.list(session, { signal });
      const there = new Set(now.items.map(({ id }) => id));
      const gone = this.#deps.store.snapshots.list(session).filter(({ id }) => !there.has(id));
      this.#deps.store.snapshots.forgotten(
        session,
        gone.map(({ id }) => id),
      );
      this.#deps.log.warn({ session, snapshots: there.size }, 'an older copy of the vault is accepted');
      return now;
    });
  }

  /** Waits for no other work, and none waits for it: the reader sets the pace. A prune meanwhile breaks the stream off. */
  async export(session: string, id: string, options: LongCall & { passphrase: string }) {
    const { passphrase, signal: given } = options;
    const signal = this.#turns.until(given);
    return exportSnapshot(this.#deps, session, await this.#find(session, id), { passphrase, signal });
  }

  /** Takes no slot: it may arrive as slowly as its sender. */
  import(session: string, stream: AsyncIterable<Uint8Array>, options: ImportWanted): Promise<Session> {
    const { signal: given } = options;
    const signal = this.#turns.until(given);
    return this.#turns.alone(session, () => importSession(this.#deps, session, stream, { ...options, signal }));
  }

  retire(session: string, id: string, options: LongCall = {}): Promise<Session> {
    return this.#turns.turn(session, options, async () => {
      return retireSession(this.#deps, session, await this.#find(session, id));
    });
  }

  recoverable(options: LongCall = {}): Promise<Recoverable[]> {
    return listRecoverable(this.#deps, options);
  }

  recover(wanted: RecoverSessions, options: LongCall = {}): Promise<Recovered> {
    return this.#turns.placed(options, (call) => recoverSessions(this.#deps, wanted, call));
  }

  /**
   * Makes everything that the vault has of a session unreadable for good.
   *
   * @throws LeadMasterError `other_writer` where another installation has written some of it, unless `otherWriters` is set.
   */
  purge(session: string, { otherWriters = false }: { otherWriters?: boolean } = {}): Promise<void> {
    return this.#turns.turn(session, {}, async ({ signal }) => {
      const vault = await this.#deps.vault.open();
      const isThere = await vault.has(session, { signal });
      if (isThere && !otherWriters)
        refuseOtherWriters(this.#deps, session, await readable(vault, session, signal), SAY_PURGE);
      if (isThere) await vault.destroySession(session, { signal });
      this.#deps.store.snapshots.purged(session);
    });
  }

  /** Runs work in the background; the end waits for it. Failures are told where they happen. */
  later(work: (signal: AbortSignal) => Promise<unknown>): void {
    this.#turns.later(work);
  }

  /** Reports for every linked session that no snapshot can be taken, and why, where the vault needs the operator. */
  areOff(error: unknown): void {
    if (!(error instanceof LeadMasterError) || !OFF.has(error.code)) return;
    const { store, access } = this.#deps;
    for (const session of access.names()) {
      if (store.sessions.get(session)?.caughtUpTo == null) continue;
      const { code, message, hint } = error;
      store.snapshots.failed(session, { code, detail: `Snapshots are off: ${message}`, reason: 'start', hint });
    }
  }

  /** Ends what is under way, in order: nothing half-done stays, a browser is never left standing still. */
  close(): Promise<void> {
    return this.#turns.close();
  }

  /** Resolves when all work has finished, also that in the background. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  async #pruneOne(session: string, { signal }: { signal: AbortSignal }): Promise<PruneReport> {
    const vault = await this.#deps.vault.open();
    const policy = this.#deps.config.snapshots.keep;
    const spared = (info: SnapshotInfo): boolean => isOtherWriters(this.#deps, session, info);
    const forgotten = await vault.forget(session, { policy, spared }, { signal }).catch((error: unknown) => {
      if (this.#isWithout(session, error)) return null;
      throw error;
    });
    if (forgotten === null) return nothingPruned(session);
    const ids = forgotten.map(({ id }) => id);
    this.#deps.store.snapshots.forgotten(session, ids);
    const pruned = await vault.prune(session, { signal });
    return { session, forgotten: ids, ...pruned };
  }

  #describe(session: string, info: SnapshotInfo, known: SnapshotRow | null): Snapshot {
    return describeSnapshot(session, info, known, this.#deps.vault.installation());
  }

  async #find(session: string, id: string): Promise<SnapshotInfo> {
    const vault = await this.#deps.vault.open();
    const { snapshots } = await vault.list(session).catch((error: unknown) => {
      if (this.#isWithout(session, error)) return { snapshots: [] };
      throw error;
    });
    const info = snapshots.find((one) => one.id === id);
    if (info !== undefined) return info;
    throw new LeadMasterError(
      'snapshot_not_found',
      `The vault has no snapshot ${id} of ${session}`,
      `"./leadmaster snapshot list ${session}" shows those it has.`,
    );
  }

  /** The vault has never heard of it; where we have, it only has no snapshot yet. */
  #isWithout(session: string, error: unknown): boolean {
    return isUnheard(error) && this.#deps.access.has(session);
  }

  /** A session on its way somewhere is waited for: in between there may be a browser that is not known yet. */
  async #settle(session: string, signal: AbortSignal): Promise<void> {
    await this.#deps.access.settled(session, SETTLE_MS, signal);
  }

  #wanted(options: Wanted, call: BoundCall): TakeOptions & { signal: AbortSignal } {
    return { ...call, kind: options.kind ?? this.#deps.config.snapshots.kind, reason: options.reason };
  }
}

/** What can be read of a history. Where nothing can, no installation has anything of it to lose. */
async function readable(vault: Vault, session: string, signal: AbortSignal): Promise<readonly SnapshotInfo[]> {
  try {
    return (await vault.list(session, { signal })).snapshots;
  } catch (error) {
    if (isOfAnObject(error)) return [];
    throw error;
  }
}

function isUnheard(error: unknown): boolean {
  return error instanceof LeadMasterError && error.code === 'session_not_found';
}

function nothingPruned(session: string): PruneReport {
  return { session, forgotten: [], deletedPacks: 0, rewrittenPacks: 0, freedBytes: 0 };
}
