import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Capture, CaptureRequest } from '@leadmaster/capture';
import {
  errorText,
  LeadMasterError,
  type PrepareTransfer,
  type Session,
  TRANSFER_VERSION,
  type TransferSession,
} from '@leadmaster/protocol';
import type { Logger } from 'pino';
import { newestChromium } from '../profile/browser-version.ts';
import { realFs } from '../profile/files.ts';
import type { DataPaths } from '../profile/paths.ts';
import type { ProfileRecord, ProfileStore } from '../profile/profile-store.ts';
import type { HeldProfile, SessionAccess } from '../snapshots/session-access.ts';
import type { LongCall } from '../snapshots/snapshot-service.ts';
import { stagingPath } from '../snapshots/staging.ts';
import type { StateStore } from '../state/state-store.ts';
import { type Departure, Departures } from './departure-facts.ts';
import { PeerError, type TransferPeer } from './peer.ts';
import { anotherTarget, comesAsCopy, failedToMove, notWhole, underWay, unfinished } from './refusals.ts';
import { Sending } from './sending.ts';
import { takeBack } from './take-back.ts';
import type { DepartureService } from './transfer-service.ts';

/** A session that is starting is waited for so long. */
const SETTLE_MS = 60_000;
/** How long the other manager is asked again to take what was handed over, and how often at most. */
const COMMIT_MS = 60_000;
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 5_000;
/** Telling the other manager to forget what it will not get. */
const FORGET_MS = 5_000;
/** Messages told so long before the moment that was caught up to are named: clocks of phones differ. */
const TOLD_MARGIN_MS = 3_600_000;
/** A copy that is not whole may be so at the next try; one that is not in two is not whole on disk. */
const CAPTURES = 2;

export interface SourceDeps {
  paths: DataPaths;
  profiles: ProfileStore;
  store: StateStore;
  access: SessionAccess;
  capture: (request: CaptureRequest) => Promise<Capture>;
  /** Locks a profile that nobody runs, having proven that no browser has it open. */
  lockIdle: (session: string) => Promise<{ release(): void }>;
  connect: (to: string, key: string) => TransferPeer;
  log: Logger;
  /** How long a commit is tried; a test's own. */
  commitMs?: number;
}

type Call = Required<LongCall>;

/** This manager as the one that gives a session away. */
export class TransferSource implements DepartureService {
  readonly #deps: SourceDeps;
  readonly #departures: Departures;
  readonly #busy = new Set<string>();

  constructor(deps: SourceDeps) {
    this.#deps = deps;
    this.#departures = new Departures(deps.store);
  }

  async transfer(session: string, { to, key, undo = false }: TransferSession, given: LongCall): Promise<Session> {
    const call = { signal: new AbortController().signal, onProgress: () => undefined, ...given };
    if (this.#busy.has(session)) throw underWay(session);
    this.#busy.add(session);
    const peer = this.#deps.connect(to, key);
    try {
      await (undo ? this.#undo(session, peer, call) : this.#finishOrBegin(session, peer, call));
      return await this.#deps.access.get(session);
    } finally {
      peer.close();
      this.#busy.delete(session);
    }
  }

  async #finishOrBegin(session: string, peer: TransferPeer, call: Call): Promise<void> {
    const { state } = await this.#deps.access.get(session);
    const open = this.#departures.open(session);
    const returning = open.find(({ phase }) => phase === 'returning');
    if (returning !== undefined) await this.#bringBack(returning);
    const handedOver = open.find(
      ({ phase, generation }) => phase === 'handed_over' && this.#isAway(session, generation),
    );
    if (handedOver !== undefined && (state === 'MOVED' || state === 'ERROR')) {
      if (handedOver.peer !== peer.origin) throw anotherTarget(handedOver);
      return this.#commit(handedOver, peer, call);
    }
    await this.#forget(open, peer);
    await this.#begin(session, peer, call);
  }

  /** The tombstone holds for the newest generation that left; one that has come back since is above it. */
  #isAway(session: string, generation: number): boolean {
    return (this.#deps.store.vault.movedGeneration(session) ?? 0) === generation;
  }

  /** Attempts that a crash or a failure has left: what they have sent may go. */
  async #forget(open: readonly Departure[], peer: TransferPeer): Promise<void> {
    for (const { id, phase, peer: origin } of open) {
      if (phase === 'handed_over') this.#departures.advance(id, 'done');
      // Another manager than this one is told when it is spoken to again.
      if (phase === 'begun' && origin === peer.origin) await this.#tellForget(id, peer);
    }
  }

  async #begin(session: string, peer: TransferPeer, call: Call): Promise<void> {
    const { access, store, log } = this.#deps;
    call.onProgress({ phase: 'preparing', done: 0, total: null });
    await access.settled(session, SETTLE_MS, call.signal);
    const record = await this.#requireLogin(session);
    const row = store.sessions.get(session);
    const desired = row?.desired ?? 'stopped';
    const id = `tr_${randomUUID()}`;
    const prepare = await this.#describe(id, session, record, desired);
    this.#departures.begin(id, session, record.generation, peer.origin, { desired, caughtUpTo: null });
    try {
      await peer.prepare(prepare, call.signal);
      await this.#send(id, session, record, peer, call);
    } catch (error) {
      if (this.#departures.get(id)?.phase !== 'handed_over') {
        await this.#fail(id, session, desired, peer, call.signal);
        throw failedToMove(session, error, call.signal);
      }
      // It was given away, and only what came after that went wrong here.
      log.error(
        { session, transfer: id, err: error },
        'the session was handed over; its profile could not be set aside',
      );
    }
    const departure = this.#departures.get(id);
    if (departure !== null) await this.#commit(departure, peer, call);
  }

  async #send(id: string, session: string, record: ProfileRecord, peer: TransferPeer, call: Call): Promise<void> {
    const { access } = this.#deps;
    const { signal, onProgress } = call;
    const sending = new Sending(peer, id);
    {
      onProgress({ phase: 'copying', done: 0, total: null });
      await using ahead = await access.hold(session, (held) => this.#capture(session, held, signal));
      await sending.send(ahead, { signal, onProgress, phase: 'sending' });
    }
    onProgress({ phase: 'stopping', done: 0, total: null });
    await access.moveAway(session, 'transferred', () => this.#sendRest(id, session, record, sending, peer, call));
  }

  /** With the session stopped: what has changed since the first copy, and the seal. Returns the word that gives it away. */
  async #sendRest(
    id: string,
    session: string,
    record: ProfileRecord,
    sending: Sending,
    peer: TransferPeer,
    { signal, onProgress }: Call,
  ): Promise<() => void> {
    const { profiles, store } = this.#deps;
    const lock = await this.#deps.lockIdle(session);
    try {
      if ((await this.#requireLogin(session)).generation !== record.generation) throw underWay(session);
      const held = { profileDir: profiles.locate(session), browser: null };
      await using rest = await this.#capture(session, held, signal);
      const entries = await sending.send(rest, { signal, onProgress, phase: 'sending what has changed' });
      onProgress({ phase: 'sealing', done: 0, total: null });
      const row = store.sessions.get(session);
      const caughtUpTo = row?.caughtUpTo ?? null;
      const from = new Date((caughtUpTo === null ? Date.now() : Date.parse(caughtUpTo)) - TOLD_MARGIN_MS);
      await peer.seal(id, { entries, caughtUpTo, told: store.inbox.toldSince(session, from) }, signal);
      signal.throwIfAborted();
      const desired = row?.desired ?? 'stopped';
      return () => this.#departures.advance(id, 'handed_over', { desired, caughtUpTo });
    } finally {
      lock.release();
    }
  }

  async #capture(session: string, held: HeldProfile, signal: AbortSignal): Promise<Capture> {
    for (let tries = 1; ; tries += 1) {
      const stagingDir = stagingPath(this.#deps.paths, 'capture', session);
      const capture = await this.#deps.capture({ ...held, kind: 'full', stagingDir, signal });
      if (capture.structure.ok) return capture;
      await capture[Symbol.asyncDispose]();
      if (tries >= CAPTURES) throw notWhole(session, capture.structure.checks);
    }
  }

  /** From here on the other machine is the owner: it is asked until it has taken the session, or says why not. */
  async #commit(departure: Departure, peer: TransferPeer, { signal, onProgress }: Call): Promise<void> {
    const { id, session, generation } = departure;
    const { store, log } = this.#deps;
    onProgress({ phase: 'handing over', done: 0, total: null });
    const until = performance.now() + (this.#deps.commitMs ?? COMMIT_MS);
    for (let pause = RETRY_FIRST_MS; ; pause = Math.min(2 * pause, RETRY_MAX_MS)) {
      try {
        await peer.commit(id, signal);
        break;
      } catch (error) {
        const mayPass = error instanceof PeerError && error.mayPass;
        log.warn({ session, transfer: id, err: error }, 'the other manager has not taken over what was handed to it');
        if (signal.aborted || !mayPass || performance.now() + pause > until) throw unfinished(departure, error);
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      }
    }
    const data = { direction: 'away', generation, transfer: id, to: peer.origin };
    store.atomically(() => {
      this.#departures.advance(id, 'done');
      store.events.append({ session, type: 'session.moved', data });
    });
    log.info({ session, ...data }, 'a session has moved to another machine');
  }

  /** Before anything was given away: the session is ours, and runs again if it ran. */
  async #fail(
    id: string,
    session: string,
    desired: 'running' | 'stopped',
    peer: TransferPeer,
    signal: AbortSignal,
  ): Promise<void> {
    const { access, log } = this.#deps;
    // With the service ending, the next start brings it back.
    if (desired === 'running' && !signal.aborted && access.has(session)) {
      await access.start(session).catch((error: unknown) => {
        log.error({ session, err: error }, 'the session did not start again after its transfer had failed');
      });
    }
    await this.#tellForget(id, peer);
  }

  /** What it does not hear of now, it is told at the next attempt. */
  async #tellForget(id: string, peer: TransferPeer): Promise<void> {
    try {
      await peer.abort(id, AbortSignal.timeout(FORGET_MS));
    } catch (error) {
      const neverHeard = error instanceof PeerError && error.code === 'transfer_not_found';
      if (!neverHeard) {
        this.#deps.log.info(
          { transfer: id, reason: errorText(error) },
          'the other manager could not be told to forget a transfer',
        );
        return;
      }
    }
    this.#departures.advance(id, 'failed');
  }

  async #undo(session: string, peer: TransferPeer, { signal, onProgress }: Call): Promise<void> {
    onProgress({ phase: 'taking back', done: 0, total: null });
    const open = this.#departures.open(session);
    const gone = open.find(({ phase }) => phase === 'returning') ?? open.find(({ phase }) => phase === 'handed_over');
    if (gone === undefined) return this.#forget(open, peer);
    if (gone.phase === 'handed_over') {
      if (gone.peer !== peer.origin) throw anotherTarget(gone);
      await peer.abort(gone.id, signal).catch((error: unknown) => {
        throw unfinished(gone, error);
      });
      this.#departures.advance(gone.id, 'returning');
    }
    await this.#bringBack(gone);
  }

  /** The other manager has given it up for good. */
  async #bringBack({ id, session, generation, facts }: Departure): Promise<void> {
    const { access, profiles, store, log } = this.#deps;
    await access.replace(session, { stop: false, reason: 'returned' }, async () => {
      const now = await takeBack(profiles, session, generation);
      store.atomically(() => {
        store.sessions.touch(session, { caughtUpTo: facts.caughtUpTo });
        store.sessions.setDesired(session, facts.desired);
        this.#departures.advance(id, 'undone');
        store.events.append({
          session,
          type: 'session.moved',
          data: { direction: 'back', generation: now, transfer: id },
        });
      });
      log.info({ session, transfer: id, generation: now }, 'a session that was given away is back');
    });
    if (facts.desired === 'running') await access.start(session);
  }

  async #requireLogin(session: string): Promise<ProfileRecord> {
    const { profiles, access } = this.#deps;
    const { state } = await access.get(session);
    if (state === 'MOVED') {
      throw new LeadMasterError('session_moved', `${session} has moved to another machine`, 'Transfer it from there.');
    }
    const record = await profiles.readRecord(session);
    const { presence, detail } = await profiles.loginEvidence(session);
    if (record === null || presence !== 'present') {
      throw new LeadMasterError(
        presence === 'damaged' ? 'login_damaged' : 'nothing_to_snapshot',
        `${session} has no whole login that could move: ${detail}`,
        `Look with "./leadmaster check ${session}".`,
      );
    }
    if (!record.originRetired) throw comesAsCopy(session);
    return record;
  }

  async #describe(
    id: string,
    session: string,
    record: ProfileRecord,
    desired: 'running' | 'stopped',
  ): Promise<PrepareTransfer> {
    const { profiles, store } = this.#deps;
    return {
      version: TRANSFER_VERSION,
      ...{ id, session, desired },
      generation: record.generation,
      chromium: await newestChromium(realFs, profiles.locate(session), record),
      bytes: (await profiles.measure(session)).bytes,
      metadata: store.sessions.get(session)?.metadata ?? {},
      account: record.account,
    };
  }
}
