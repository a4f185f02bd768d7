import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DrainedMachine, LeadMasterError, type LeftSession } from '@leadmaster/protocol';
import { noMachine } from '../machines/links.ts';
import { roomiest } from '../machines/room.ts';
import type { MoveClaim } from '../store/moves.ts';
import type { MachineRecord, MoveRecord } from '../store/records.ts';
import { HANDED_OVER, type MoveDeps, WAITING } from './mover.ts';
import { peerAddress } from './peer-address.ts';

const LOOK_MS = 250;
/** A move that waits for a machine for longer is named as not done; it continues by itself. */
const STUCK_MS = 5 * 60_000;
const PAGE = 500;

export type Emptied = NonNullable<DrainedMachine['emptied']>;

export interface EmptierDeps extends MoveDeps {
  /** A move was begun. */
  wake: () => void;
  /** Overrides for tests. */
  stuckMs?: number;
}

/** Empties a machine: moves its sessions to the others, some at a time, and names those that could not move. */
export class Emptier {
  readonly #deps: EmptierDeps;

  constructor(deps: EmptierDeps) {
    this.#deps = deps;
  }

  /** Works until the machine is empty, or no other session of it can move. @throws MoveLost, and what the store throws. */
  async run(claim: MoveClaim, id: string, signal: AbortSignal): Promise<void> {
    const { moves, machines } = this.#deps.store;
    const round = new Round(this.#deps);
    for (let told = ''; ; await sleep(LOOK_MS, undefined, { signal })) {
      const drain = await moves.get(id);
      if (drain === null) return;
      const source = await machines.get(drain.source);
      if (source === null) return moves.end(claim, { error: noMachine(drain.source).toProblem() });
      const { ended, left, isOver } = await round.next(drain, source);
      if (isOver) return moves.end(claim, { result: round.result(source.name) });
      const progress = { phase: 'moving sessions', done: ended, total: ended + left };
      if (JSON.stringify(progress) !== told) await moves.progress(claim, progress);
      told = JSON.stringify(progress);
    }
  }
}

/** One emptying, looked at again and again. */
class Round {
  readonly #deps: EmptierDeps;
  /** Sessions for which no move could be begun. */
  readonly #refused = new Map<string, LeftSession>();
  /** Moves that wait, and since when. */
  readonly #waiting = new Map<string, number>();
  #parts: readonly MoveRecord[] = [];
  #names: readonly string[] = [];

  constructor(deps: EmptierDeps) {
    this.#deps = deps;
  }

  /** Begins what may begin, and says how far it is: sessions that were moved or named, and others. */
  async next(drain: MoveRecord, source: MachineRecord): Promise<{ ended: number; left: number; isOver: boolean }> {
    const { moves } = this.#deps.store;
    this.#names = await this.#namesOn(source.name);
    this.#parts = await moves.partsOf(drain.id);
    const open = this.#parts.filter((part) => part.endedAt === null && !this.#isStuck(part));
    const tried = new Set(this.#parts.map(({ subject }) => subject));
    const rest = this.#names.filter((name) => !tried.has(name) && !this.#refused.has(name));
    const free = source.isDraining ? Math.max(0, drain.atOnce - open.length) : 0;
    for (const name of rest.slice(0, free)) await this.#begin(name, drain, source);
    const ended = this.#parts.length - open.length + this.#refused.size;
    const isDone = rest.length === 0 || !source.isDraining;
    return { ended, left: open.length + rest.length, isOver: isDone && open.length === 0 };
  }

  /** What moved, and what is still there, each with the reason. */
  result(source: string): Emptied {
    const went = this.#parts.map((part) => ({ part, to: whereTo(part, source) }));
    const moved = went.flatMap(({ part, to }) => (to === null ? [] : [{ session: part.subject, machine: to }]));
    const failed = went.flatMap(({ part, to }) => (to === null ? [leftBy(part)] : []));
    const named = new Set([...failed, ...this.#refused.values()].map(({ session }) => session));
    const others = this.#names
      .filter((name) => !named.has(name) && !moved.some(({ session }) => session === name))
      .map((session) => ({ session, code: 'wrong_state', detail: 'The draining was taken back.' }));
    return { moved, left: [...failed, ...this.#refused.values(), ...others] };
  }

  async #begin(name: string, drain: MoveRecord, source: MachineRecord): Promise<void> {
    const { store, wake } = this.#deps;
    try {
      const target = await this.#targetFor(source);
      const between = { source: source.name, target };
      const wanted = { id: `op_${randomUUID()}`, kind: 'move', subject: name, ...between } as const;
      const { move, isNew } = await store.moves.begin({ ...wanted, atOnce: 1, partOf: drain.id, keyId: drain.keyId });
      if (isNew) this.#parts = [...this.#parts, move];
      wake();
    } catch (error) {
      const isRefusal = error instanceof LeadMasterError && ['no_machine', 'machine_not_found'].includes(error.code);
      if (!isRefusal) throw error;
      this.#refused.set(name, { session: name, code: error.code, detail: error.message });
    }
  }

  async #targetFor(source: MachineRecord): Promise<string> {
    const { store, links } = this.#deps;
    const fits = (machine: MachineRecord): boolean => machine.name !== source.name && isReached(source, machine);
    const coming = ({ name, lastSeenAt }: MachineRecord): number =>
      this.#parts.filter(({ target, startedAt }) => target === name && startedAt > (lastSeenAt ?? new Date(0))).length;
    return (await roomiest(store, links, { fits, coming })).name;
  }

  #isStuck({ id, progress: { phase } }: MoveRecord): boolean {
    const { stuckMs = STUCK_MS } = this.#deps;
    if (phase !== WAITING && phase !== HANDED_OVER) {
      this.#waiting.delete(id);
      return false;
    }
    const since = this.#waiting.get(id) ?? performance.now();
    this.#waiting.set(id, since);
    return performance.now() - since >= stuckMs;
  }

  /** Every session whose home it is. */
  async #namesOn(machine: string): Promise<string[]> {
    const names: string[] = [];
    for (let after: string | undefined; ; ) {
      const query = { machine, limit: PAGE, ...(after === undefined ? {} : { after }) };
      const { items, next } = await this.#deps.store.sessions.list(query);
      names.push(...items.map(({ name }) => name));
      if (next === null) return names;
      after = next;
    }
  }
}

function isReached(source: MachineRecord, target: MachineRecord): boolean {
  try {
    peerAddress(source, target);
    return true;
  } catch (error) {
    if (error instanceof LeadMasterError) return false;
    throw error;
  }
}

/** The machine that a session has moved to; null where it has not, or was taken back. */
function whereTo({ result }: MoveRecord, source: string): string | null {
  const { machine = source } = (result ?? {}) as { machine?: string };
  return machine === source ? null : machine;
}

function leftBy({ subject, error, result, progress, target }: MoveRecord): LeftSession {
  if (error !== null) return { session: subject, code: error.code, detail: error.detail };
  if (result !== null) return { session: subject, code: 'wrong_state', detail: 'It was taken back.' };
  const detail = `It is on its way to ${target}, and that has not ended: ${progress.phase}. It continues by itself.`;
  return { session: subject, code: 'session_moving', detail };
}
