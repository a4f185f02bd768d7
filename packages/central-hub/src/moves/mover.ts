import { setTimeout as sleep } from 'node:timers/promises';
import { type CallOptions, followOperation, operate } from '@leadmaster/client';
import { LeadMasterError, type Operation, type Progress, type Session, tenantOf } from '@leadmaster/protocol';
import { anyOf } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { MachineLink } from '../machines/link.ts';
import type { MachineLinks } from '../machines/links.ts';
import type { HubStore } from '../store/index.ts';
import type { MoveClaim } from '../store/moves.ts';
import type { MoveRecord } from '../store/records.ts';
import { isOfStore, isUnanswered, noSession, notThere, tooLate } from './failures.ts';
import { peerAddress } from './peer-address.ts';

const ANSWER_MS = 10_000;
/** Between two tries of a move that has not come to its end. */
const AGAIN_FIRST_MS = 500;
const AGAIN_MAX_MS = 10_000;
/** A move that was begun longer ago is finished where it was handed over, and else not begun again. */
const RESUME_MS = 10 * 60_000;
const PROGRESS_MS = 1_000;
/** So often a session that is changing is asked for again. */
const CHANGES_MAX = 3;
/** The long calls of a machine that are looked through for one that is under way. */
const OPERATIONS = 200;

/** It was handed over, and the other machine has not taken it. */
export const HANDED_OVER = 'handed over';
/** A machine does not answer. */
export const WAITING = 'waiting for a machine';

/** A machine asks the other one to take what it has handed over. */
const HANDING_OVER = 'handing over';

/** Whether a session was given away by its machine, and may not have been taken by the other. */
export function isHandedOver({ progress: { phase } }: MoveRecord): boolean {
  return phase === HANDED_OVER || phase === HANDING_OVER;
}

export interface MoveDeps {
  store: HubStore;
  links: MachineLinks;
  log: Logger;
  /** Overrides for tests. */
  resumeMs?: number;
}

/** How a move has ended; null where it has not. */
type Ending = { result: unknown } | { error: LeadMasterError } | null;

/** The two machines of a move. */
interface Way {
  move: MoveRecord;
  source: MachineLink;
  target: MachineLink;
  signal: AbortSignal;
  tell: (progress: Progress) => void;
}

/**
 * Moves one session. Its machine does the work, by a transfer that leaves one owner in every case; the hub asks for it again
 * until the machines say where the session is. What it knows beforehand it asks the machines: an end of the hub loses nothing.
 */
export class Mover {
  readonly #deps: MoveDeps;

  constructor(deps: MoveDeps) {
    this.#deps = deps;
  }

  /** Works on a move until it has ended. @throws MoveLost, the reason of the signal, and what the store throws. */
  async run(claim: MoveClaim, id: string, signal: AbortSignal): Promise<void> {
    const { store, log } = this.#deps;
    const tell = teller((progress) => store.moves.progress(claim, progress), log);
    let changes = 0;
    for (let pause = AGAIN_FIRST_MS; ; pause = Math.min(2 * pause, AGAIN_MAX_MS)) {
      signal.throwIfAborted();
      const move = await store.moves.get(id);
      if (move === null) return;
      const ending = await this.#step(move, tell, signal);
      if (isChanging(ending)) changes += 1;
      if (ending !== null && (!isChanging(ending) || changes > CHANGES_MAX)) {
        await tell.last();
        await store.moves.end(claim, 'error' in ending ? { error: ending.error.toProblem() } : ending);
        const { subject: session, source, target } = move;
        log.info({ session, source, target, error: 'error' in ending ? ending.error.code : null }, 'a move has ended');
        return;
      }
      await sleep(pause, undefined, { signal });
    }
  }

  async #step(move: MoveRecord, tell: (progress: Progress) => void, signal: AbortSignal): Promise<Ending> {
    const { links } = this.#deps;
    try {
      const [source, target] = [await links.get(move.source), await links.get(move.target ?? '')];
      if (!source.isUp) throw source.unreachable('it is silent', 'GET', false);
      const way = { move, source, target, signal: anyOf(signal, source.down), tell };
      return await this.#carryOn(way);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LeadMasterError && error.code === 'machine_not_found') return { error };
      if (!isUnanswered(error)) throw error;
      this.#deps.log.warn({ move: move.id, session: move.subject, err: error }, 'a move waits for a machine');
      tell({ phase: WAITING, done: 0, total: null });
      return null;
    }
  }

  /** By what its machine says of the session: asks for the transfer, or follows the one that is under way. */
  async #carryOn(way: Way): Promise<Ending> {
    const { move, source } = way;
    const running = await underWay(way);
    if (running !== null) return this.#ended(way, follow(way, running));
    const here = await look(way, source);
    if (here === null) return this.#arrived(way, noSession(move));
    if (here.state !== 'MOVED') {
      if (move.isUndone) return this.#returned(way);
      const { resumeMs = RESUME_MS } = this.#deps;
      if (Date.now() - move.startedAt.getTime() > resumeMs) return { error: tooLate(move) };
    }
    return this.#ended(way, this.#transfer(way));
  }

  async #transfer({ move, source, target, signal, tell }: Way): Promise<Session> {
    const { machines } = this.#deps.store;
    const [from, to, key] = [
      await machines.get(source.name),
      await machines.get(target.name),
      await machines.token(target.name),
    ];
    if (from === null || to === null || key === null) throw gone(move);
    const undo = move.isUndone ? { undo: true } : {};
    const asked = { params: { session: move.subject }, body: { to: peerAddress(from, to), key, ...undo } };
    return operate(source.client, 'transferSession', asked, { signal, onProgress: tell });
  }

  /** What the end of a transfer says of the session. */
  async #ended(way: Way, transfer: Promise<Session>): Promise<Ending> {
    const { move, source, tell } = way;
    try {
      const { state } = await transfer;
      return state === 'MOVED' ? await this.#arrived(way, notThere(move)) : await this.#returned(way);
    } catch (error) {
      if (!(error instanceof LeadMasterError) || isUnanswered(error) || isOfStore(error)) throw error;
      if (error.code === 'session_moved') return this.#arrived(way, notThere(move));
      // It was to come back, and is there already: then it stays there.
      if (error.code === 'transfer_committed') await this.#deps.store.moves.setUndone(move.id, false);
      const here = await look(way, source);
      if (here !== null && here.state !== 'MOVED') return { error };
      // `transfer_open`: it was handed over to a third machine before, which this move cannot finish.
      if (error.code === 'transfer_open') return { error };
      tell({ phase: HANDED_OVER, done: 0, total: null });
      return null;
    }
  }

  /** The source has given it away: the other machine has it, and what both say of it is stored. `otherwise`: it does not. */
  async #arrived(way: Way, otherwise: LeadMasterError): Promise<Ending> {
    const { source, target } = way;
    const asOf = new Date();
    const there = await look(way, target);
    const here = await this.#store(way, source);
    // What has come is of a later generation than what was given away; another session of that name need not be.
    const isHere = there !== null && there.generation > (here?.generation ?? 0);
    if (!isHere) return { error: otherwise };
    await this.#deps.store.sessions.put(target.name, there, asOf);
    return { result: told(there, target.name, asOf) };
  }

  async #returned(way: Way): Promise<Ending> {
    const { source } = way;
    const asOf = new Date();
    const here = await this.#store(way, source);
    return here === null ? { error: noSession(way.move) } : { result: told(here, source.name, asOf) };
  }

  /** Stores what a machine says of the session now. */
  async #store(way: Way, link: MachineLink): Promise<Session | null> {
    const asOf = new Date();
    const session = await look(way, link);
    if (session !== null) await this.#deps.store.sessions.put(link.name, session, asOf);
    return session;
  }
}

/** The session was started or stopped while it was to leave, as by a machine that comes back: that passes. */
function isChanging(ending: Ending): boolean {
  return ending !== null && 'error' in ending && ending.error.code === 'wrong_state';
}

/** How the session is on a machine; null where it has none of that name. */
async function look({ move, signal }: Way, { client }: MachineLink): Promise<Session | null> {
  try {
    return await client.call('getSession', { params: { session: move.subject } }, within(signal));
  } catch (error) {
    if (error instanceof LeadMasterError && error.code === 'session_not_found') return null;
    throw error;
  }
}

/** The transfer of the session that its machine is at; null where there is none. */
async function underWay({ move, source, signal }: Way): Promise<Operation | null> {
  const { items } = await source.client.call('listOperations', { query: { limit: OPERATIONS } }, within(signal));
  const isIt = ({ kind, session, state }: Operation): boolean =>
    kind === 'transfer' && session === move.subject && state === 'running';
  return items.find(isIt) ?? null;
}

async function follow({ source, signal, tell }: Way, running: Operation): Promise<Session> {
  const { result } = await followOperation(source.client, running, { signal, onProgress: tell });
  return result as Session;
}

function within(signal: AbortSignal): CallOptions {
  return { signal, timeoutMs: ANSWER_MS };
}

/** A session as the hub tells it. */
function told(session: Session, machine: string, asOf: Date): object {
  return { ...session, tenant: tenantOf(session.name), machine, asOf: asOf.toISOString(), silentSince: null };
}

function gone({ source, target }: MoveRecord): LeadMasterError {
  return new LeadMasterError(
    'machine_not_found',
    `${source} or ${target} was removed.`,
    'See "./leadmaster machines list".',
  );
}

/** Writes down how far it is: each phase, and within one now and then; one write after the other. */
function teller(write: (progress: Progress) => Promise<void>, log: Logger) {
  let phase = '';
  let toldAt = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> = Promise.resolve();
  const tell = (progress: Progress): void => {
    const isSoon = performance.now() - toldAt < PROGRESS_MS;
    if (progress.phase === phase && (isSoon || progress.phase === WAITING || progress.phase === HANDED_OVER)) return;
    ({ phase } = progress);
    toldAt = performance.now();
    // Where it is lost, the end of the move is refused as well.
    writing = writing
      .then(() => write(progress))
      .catch((error: unknown) => log.warn({ err: error }, 'how far a move is could not be written down'));
  };
  return Object.assign(tell, { last: () => writing });
}
