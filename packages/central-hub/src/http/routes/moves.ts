import { randomUUID } from 'node:crypto';
import { HUB_ROUTES, type HubSession, LeadMasterError } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { FastifyRequest } from 'fastify';
import { noMachine } from '../../machines/links.ts';
import { isDraining, isMoving, isSilent } from '../../moves/failures.ts';
import { isHandedOver } from '../../moves/mover.ts';
import { peerAddress } from '../../moves/peer-address.ts';
import type { MachineRecord, MoveRecord } from '../../store/records.ts';
import type { RouteContext } from '../hub-app.ts';
import { failureFor } from '../machine-failure.ts';
import { answerMove } from '../moves-told.ts';
import { hubFields } from '../shown.ts';
import { type Target, targetOf } from '../target.ts';

const ANSWER_MS = 5_000;

/** `POST /v1/sessions/{session}/move` */
export function moveRoutes(app: HttpApp, context: RouteContext): void {
  const { callers, closing } = context;

  serve(app, HUB_ROUTES.moveSession, async (request, reply) => {
    const caller = callers.of(request);
    const { machine } = request.body;
    const target = await targetOf(context, caller, request.params.session);
    const move = await moveTo(context, target, machine, caller.keyId);
    if (move !== null) {
      const answer = await answerMove<HubSession>(context, request as FastifyRequest, reply, move);
      if ('machine' in answer && answer.machine !== machine) throw isElsewhere(answer);
      return answer;
    }
    const { session, link } = target;
    const asked = { signal: callerSignal(reply, closing), timeoutMs: ANSWER_MS };
    const here = await link.client.call('getSession', { params: { session } }, asked).catch((error: unknown) => {
      throw failureFor(caller, link, 'GET', error);
    });
    if (here.state === 'MOVED')
      throw new LeadMasterError('session_moved', `${session} has left ${machine}.`, here.hint);
    return { ...here, ...hubFields(caller, { session, machine, asOf: new Date() }) };
  });
}

/** The move that brings a session to a machine: the one that is under way, or a new one. Null where it is there. */
async function moveTo(
  context: RouteContext,
  { session, link }: Target,
  machine: string,
  keyId: string | null,
): Promise<MoveRecord | null> {
  const { moves } = context.store;
  const to = await known(context, machine);
  const open = await moves.open({ kind: 'move', subject: session });
  if (open !== null) return joined(context, open, machine);
  if (link.name === machine) return null;
  requireOpenWay(context, await known(context, link.name), to);
  const between = { source: link.name, target: machine };
  const wanted = { id: `op_${randomUUID()}`, kind: 'move', subject: session, ...between } as const;
  const { move } = await moves.begin({ ...wanted, atOnce: 1, partOf: null, keyId });
  return joined(context, move, machine);
}

/** A move that is under way, where it leads to that machine, or can be turned back to it. */
async function joined({ store }: RouteContext, move: MoveRecord, machine: string): Promise<MoveRecord> {
  const isBack = machine === move.source && isHandedOver(move);
  if (machine !== move.target && !isBack) throw isMoving(move);
  if (move.isUndone !== isBack) await store.moves.setUndone(move.id, isBack);
  return move;
}

/** @throws LeadMasterError `machine_draining`, `machine_unreachable`, `machine_refused`. */
function requireOpenWay({ links }: RouteContext, from: MachineRecord, to: MachineRecord): void {
  if (to.isDraining) throw isDraining(to.name);
  const silent = [from, to].find(({ name }) => !links.isUp(name));
  if (silent !== undefined) throw isSilent(silent.name);
  peerAddress(from, to);
}

async function known({ store }: RouteContext, name: string): Promise<MachineRecord> {
  const record = await store.machines.get(name);
  if (record !== null) return record;
  throw noMachine(name);
}

/** It was to be taken back and had arrived, or was taken back while it was waited for. */
function isElsewhere({ name, machine }: HubSession): LeadMasterError {
  return new LeadMasterError(
    'transfer_committed',
    `${name} is on ${machine}: its move was turned round meanwhile, or could not be.`,
    'Move it from there.',
  );
}
