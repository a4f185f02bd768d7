import { setTimeout as sleep } from 'node:timers/promises';
import { LeadMasterError, type Machine, type Operation } from '@leadmaster/protocol';
import { callerSignal, prefersAsync } from '@leadmaster/service-kit/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../keys/caller.ts';
import type { MachineRecord, MoveRecord } from '../store/records.ts';
import type { RouteContext } from './hub-app.ts';

/** How often the store is asked how far a move is: another hub may work on it. */
const LOOK_MS = 200;

/** What the hub knows of its machines beside what they told it of themselves, which can be a minute old. */
export interface AboutMachines {
  /** Those that could not be told yet who may send. */
  untold: readonly string[];
  /** How many sessions each one has; none where it is left out. */
  sessions: ReadonlyMap<string, number>;
}

export async function aboutMachines({ store, teller }: RouteContext): Promise<AboutMachines> {
  return { untold: await teller.untold(), sessions: await store.sessions.counts() };
}

/** A machine as the operator is told of it. */
export function machineTold(
  { links, attentionOf }: RouteContext,
  record: MachineRecord,
  { untold, sessions }: AboutMachines,
): Machine {
  const { name, url, peerUrl, isDraining, sending, facts, lastSeenAt } = record;
  return {
    ...{ name, url, peerUrl },
    state: !links.isUp(name) ? 'down' : isDraining ? 'draining' : 'up',
    since: links.sinceOf(name)?.toISOString() ?? null,
    silence: links.silenceOf(name),
    version: facts?.version ?? null,
    // Before its sessions were read here, what it told.
    sessions: lastSeenAt === null ? (facts?.sessions ?? null) : (sessions.get(name) ?? 0),
    memory: facts?.memory ?? null,
    disk: facts?.disk ?? null,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    sending,
    untold: untold.includes(name),
    attention: attentionOf(name),
  };
}

/** Answers a long call that is a move: with what it came to, or at once where the caller prefers that. It continues without its caller. */
export async function answerMove<T>(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { id }: MoveRecord,
): Promise<T | FastifyReply> {
  context.wakeMoves();
  if (prefersAsync(request.headers.prefer?.toString())) {
    const begun = await operationOf(context, await known(context, id));
    return reply
      .code(202)
      .headers({ location: `/v1/operations/${id}`, 'preference-applied': 'respond-async' })
      .send(begun);
  }
  // Silence on this connection is no sign of death until the answer has gone out.
  reply.raw.setTimeout(0);
  const signal = callerSignal(reply, context.closing);
  const { state, result, error } = await moveOperation(context, id, { after: Number.POSITIVE_INFINITY, signal });
  if (error !== null) throw LeadMasterError.of(error as unknown as Parameters<typeof LeadMasterError.of>[0]);
  if (state !== 'done') throw stillMoving(id);
  return result as T;
}

/** The operation of a move once it is newer than a revision, has ended, or the wait is over. */
export async function moveOperation(
  context: RouteContext,
  id: string,
  { after, signal, waitMs = Number.POSITIVE_INFINITY }: { after: number; signal: AbortSignal; waitMs?: number },
): Promise<Operation> {
  const until = performance.now() + waitMs;
  for (;;) {
    const move = await known(context, id);
    const isNews = move.endedAt !== null || move.revision > after;
    if (isNews || signal.aborted || performance.now() >= until) return operationOf(context, move);
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** A move as its caller follows it. */
export async function operationOf(context: RouteContext, move: MoveRecord): Promise<Operation> {
  const { id, revision, kind, subject, progress, startedAt, endedAt, error } = move;
  return {
    ...{ id, revision, kind, progress },
    session: kind === 'move' ? subject : null,
    state: endedAt === null ? 'running' : error === null ? 'done' : 'failed',
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    result: await resultOf(context, move),
    error,
  };
}

/** Whether a caller may follow a move: its own, and with the admin key all. */
export function mayFollow({ kind, keyId }: Caller, move: MoveRecord): boolean {
  return kind === 'operator' && (keyId === null || keyId === move.keyId);
}

/** Of an emptying: the machine as it is now, with what moved; null where it was removed since. */
async function resultOf(context: RouteContext, { kind, source, result }: MoveRecord): Promise<unknown> {
  if (kind === 'move' || result === null) return result;
  const machine = await context.store.machines.get(source);
  if (machine === null) return null;
  return { ...machineTold(context, machine, await aboutMachines(context)), emptied: result };
}

async function known({ store }: RouteContext, id: string): Promise<MoveRecord> {
  const move = await store.moves.get(id);
  if (move !== null) return move;
  throw new LeadMasterError(
    'operation_not_found',
    `There is no operation "${id}".`,
    'List them with GET /v1/operations; one is forgotten two days after its end.',
  );
}

function stillMoving(id: string): LeadMasterError {
  return new LeadMasterError(
    'shutting_down',
    `The hub is shutting down; the move continues, and this hub or another finishes it (operation ${id}).`,
    'Ask again once a hub runs: the same request follows it.',
  );
}
