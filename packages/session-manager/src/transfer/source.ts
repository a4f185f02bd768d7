import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, type Session, type TransferSession } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { ProfileRecord } from '../profile/profile-store.ts';
import type { LongCall } from '../snapshots/snapshot-service.ts';
import { announce, requireLogin } from './departing-session.ts';
import { type Departure, Departures } from './departure-facts.ts';
import { type HandingOverDeps, handOver } from './handing-over.ts';
import { OpenDepartures } from './open-departures.ts';
import { PeerError, type TransferPeer } from './peer.ts';
import { anotherTarget, arrived, failedToMove, givenUpThere, underWay, unfinished } from './refusals.ts';
import { takeBack } from './take-back.ts';

/** A session that is starting is waited for so long. */
const SETTLE_MS = 60_000;
/** How long the other manager is asked again to take what was handed over, and how often at most. */
const COMMIT_MS = 60_000;
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 5_000;
/** Telling the other manager to forget what it will not get. */
const FORGET_MS = 5_000;

export interface SourceDeps extends HandingOverDeps {
  /** Saves a profile that has left, from where it is now. Resolves when it is copied, or cannot be; never fails. */
  lastSnapshot: (session: string, aside: { profileDir: string; record: ProfileRecord }) => Promise<void>;
  connect: (to: string, key: string) => TransferPeer;
  /** Throws for what may not be finished or taken back yet: the data folder was copied meanwhile. */
  refuseHeld: (id: string, session: string) => void;
  log: Logger;
  /** How long a commit is tried; a test's own. */
  commitMs?: number;
}

type Call = Required<LongCall>;

/** This manager as the one that gives a session away. */
export class TransferSource {
  readonly #deps: SourceDeps;
  readonly #departures: Departures;
  readonly #open: OpenDepartures;
  readonly #busy = new Set<string>();

  constructor(deps: SourceDeps) {
    this.#deps = deps;
    this.#departures = new Departures(deps.store);
    this.#open = new OpenDepartures(deps);
  }

  /**
   * Moves a session to another manager, or finishes what was begun; with `undo`, takes it back. After any failure, exactly
   * one machine owns the session.
   */
  async transfer(session: string, { to, key, undo = false }: TransferSession, given: LongCall): Promise<Session> {
    const call = { signal: new AbortController().signal, onProgress: () => undefined, ...given };
    if (this.#busy.has(session)) throw underWay(session);
    this.#busy.add(session);
    try {
      // Before the other manager is asked for anything: what it gives up for a copy, the folder itself may be finishing.
      this.#open.refuseHeld(session);
      const peer = this.#deps.connect(to, key);
      await (undo ? this.#undo(session, peer, call) : this.#finishOrBegin(session, peer, call));
      return await this.#deps.access.get(session);
    } finally {
      this.#busy.delete(session);
    }
  }

  async #finishOrBegin(session: string, peer: TransferPeer, call: Call): Promise<void> {
    await this.#deps.access.get(session);
    const away = await this.#open.away(session);
    if (away?.phase === 'returning') await this.#bringBack(away);
    else if (away !== undefined) {
      const there = await this.#sameMachine(away, peer, call.signal);
      if (await this.#commit(there, peer, call)) return;
      await this.#bringBack(there);
    }
    await this.#begin(session, peer, call);
  }

  async #begin(session: string, peer: TransferPeer, call: Call): Promise<void> {
    const { access, store, log } = this.#deps;
    call.onProgress({ phase: 'preparing', done: 0, total: null });
    await access.settled(session, SETTLE_MS, call.signal);
    const record = await requireLogin(this.#deps, session);
    const id = `tr_${randomUUID()}`;
    const replaces = await this.#leftAt(session, peer, call.signal);
    const announced = await announce(this.#deps, { id, session, record, replaces });
    const facts = { desired: announced.desired, caughtUpTo: null };
    this.#departures.begin(id, session, record.generation, peer.origin, facts);
    try {
      await peer.prepare(announced, call.signal);
      for (const earlier of replaces) this.#departures.advance(earlier, 'failed');
      const given = (facts: Departure['facts']): void => this.#departures.advance(id, 'handed_over', facts);
      await handOver(this.#deps, { id, session, record, desired: announced.desired, peer, call, given });
    } catch (error) {
      if (this.#departures.get(id)?.phase !== 'handed_over') {
        await this.#fail(id, session, peer, call.signal);
        throw failedToMove(session, peer, error, call.signal);
      }
      // It was given away, and only what came after that went wrong here.
      log.error(
        { session, transfer: id, err: error },
        'the session was handed over; its profile could not be set aside',
      );
    }
    const departure = this.#departures.get(id);
    if (departure === null) return;
    const isTaken = await this.#commit(departure, peer, call).finally(() => this.#saveLast(session, record));
    if (isTaken) return;
    await this.#bringBack(departure);
    throw givenUpThere(departure, store.sessions.get(session)?.desired ?? 'stopped');
  }

  /** How it left, into the vault: after the commit, since the session has been down for long enough. */
  async #saveLast(session: string, record: ProfileRecord): Promise<void> {
    const { profiles, lastSnapshot, log } = this.#deps;
    try {
      const trash = await profiles.listTrash();
      const left = trash.find((each) => each.session === session && each.generation === record.generation);
      if (left !== undefined) await lastSnapshot(session, { profileDir: left.path, record });
    } catch (error) {
      log.error({ session, err: error }, 'no snapshot was taken of a session that has moved');
    }
  }

  /** Attempts with that manager that a crash or a cut line has ended: what they have brought is used, and they are over. */
  async #leftAt(session: string, peer: TransferPeer, signal: AbortSignal): Promise<string[]> {
    const left: string[] = [];
    for (const departure of this.#departures.open(session).filter(({ phase }) => phase === 'begun')) {
      try {
        left.push((await this.#findAt(departure, peer, signal)).id);
      } catch (error) {
        if (!isUnknownThere(error)) throw failedToMove(session, peer, error, signal);
      }
    }
    return left;
  }

  /**
   * A transfer with the machine that it was begun with, which may be reached in another way than then.
   *
   * @throws LeadMasterError `transfer_open` where it is not known to be the same.
   */
  async #sameMachine(departure: Departure, peer: TransferPeer, signal: AbortSignal): Promise<Departure> {
    try {
      return await this.#findAt(departure, peer, signal);
    } catch (error) {
      throw error instanceof PeerError ? anotherTarget(departure, error) : error;
    }
  }

  /** The id of a transfer is random and told to one machine alone: who knows it is that one, and is remembered where it is. */
  async #findAt(departure: Departure, peer: TransferPeer, signal: AbortSignal): Promise<Departure> {
    if (departure.peer === peer.origin) return departure;
    await peer.look(departure.id, signal);
    return this.#departures.foundAt(departure, peer.origin);
  }

  /**
   * From here on the other machine is the owner: it is asked until it has taken the session, or says why not. Resolves
   * to whether it has; false when it has given it up for good instead.
   */
  async #commit(departure: Departure, peer: TransferPeer, { signal, onProgress }: Call): Promise<boolean> {
    const { id, session, generation } = departure;
    const { store, log } = this.#deps;
    onProgress({ phase: 'handing over', done: 0, total: null });
    const until = performance.now() + (this.#deps.commitMs ?? COMMIT_MS);
    for (let pause = RETRY_FIRST_MS; ; pause = Math.min(2 * pause, RETRY_MAX_MS)) {
      try {
        await peer.commit(id, signal);
        break;
      } catch (error) {
        const isOver = error instanceof PeerError && error.code === 'wrong_state' && error.extra.phase === 'aborted';
        if (isOver) {
          this.#departures.advance(id, 'returning');
          return false;
        }
        const mayPass = error instanceof PeerError && error.mayPass;
        log.warn({ session, transfer: id, err: error }, 'the other manager has not taken over what was handed to it');
        if (signal.aborted || !mayPass || performance.now() + pause > until) throw unfinished(departure, error);
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      }
    }
    const data = { direction: 'away', generation, transfer: id, to: peer.origin } as const;
    store.atomically(() => {
      this.#departures.advance(id, 'done');
      store.events.append({ session, type: 'session.moved', data });
    });
    log.info({ session, ...data }, 'a session has moved to another machine');
    return true;
  }

  /** Before anything was given away: the session is ours, and runs again if it is to run. */
  async #fail(id: string, session: string, peer: TransferPeer, signal: AbortSignal): Promise<void> {
    const { access, store, log } = this.#deps;
    // With the service ending, the next start brings it back.
    if (!signal.aborted && store.sessions.get(session)?.desired === 'running') {
      await access.start(session).catch((error: unknown) => {
        log.error({ session, err: error }, 'the session did not start again after its transfer had failed');
      });
    }
    await this.#tellForget(id, peer);
  }

  /** What it does not receive now, it gets at the next attempt. */
  async #tellForget(id: string, peer: TransferPeer): Promise<void> {
    try {
      await peer.abort(id, AbortSignal.timeout(FORGET_MS));
    } catch (error) {
      if (!isUnknownThere(error)) {
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
    const { state } = await this.#deps.access.get(session);
    const away = await this.#open.away(session);
    if (away === undefined) {
      if (state === 'MOVED') throw arrived(session);
      for (const id of await this.#leftAt(session, peer, signal)) await this.#tellForget(id, peer);
      return;
    }
    if (away.phase === 'handed_over') {
      const there = await this.#sameMachine(away, peer, signal);
      await peer.abort(there.id, signal).catch((error: unknown) => {
        throw unfinished(there, error);
      });
      this.#departures.advance(away.id, 'returning');
    }
    await this.#bringBack(away);
  }

  /** The other manager has given it up for good. */
  async #bringBack({ id, session, generation, facts }: Departure): Promise<void> {
    const { access, profiles, store, log } = this.#deps;
    await access.replace(session, { stop: false, reason: 'returned', isSameLink: true }, async () => {
      const now = await takeBack(profiles, session, generation);
      store.atomically(() => {
        store.sessions.tellFrom(session, facts.caughtUpTo === null ? null : new Date(facts.caughtUpTo));
        store.sessions.setDesired(session, facts.desired);
        this.#departures.advance(id, 'undone');
        const data = { direction: 'back', generation: now, transfer: id } as const;
        store.events.append({ session, type: 'session.moved', data });
      });
      log.info({ session, transfer: id, generation: now }, 'a session that was given away is back');
    });
    if (facts.desired === 'running') await access.start(session);
  }
}

function isUnknownThere(error: unknown): boolean {
  return error instanceof PeerError && error.code === 'transfer_not_found';
}
