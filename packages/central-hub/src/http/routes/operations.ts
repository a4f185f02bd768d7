import { answerForTenant, HUB_ROUTES, LeadMasterError, type Operation } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve } from '@leadmaster/service-kit/http';
import { anyOf } from '@leadmaster/service-kit/wait';
import type { Caller } from '../../keys/caller.ts';
import type { OperationRecord } from '../../store/records.ts';
import type { RouteContext } from '../hub-app.ts';
import { failureFor } from '../machine-failure.ts';
import { mayFollow, moveOperation, operationOf } from '../moves-told.ts';

/** For the answer of a machine beyond the wait that the caller asked for. */
const GRACE_MS = 10_000;

/** `/v1/operations`: the long calls of those who began them, as their machines tell of them. */
export function operationRoutes(app: HttpApp, context: RouteContext): void {
  const { store, links, callers, openCalls, closing } = context;
  serve(app, HUB_ROUTES.listOperations, async (request, reply) => {
    const caller = callers.of(request);
    const { limit } = request.query;
    const records = await store.operations.list({ ...ownerOf(caller), limit });
    const signal = callerSignal(reply, closing);
    const asked = await Promise.all(records.map((record) => look(record, signal)));
    signal.throwIfAborted();
    const items = asked.filter((operation) => operation !== null && operation !== 'unanswered');
    const unanswered = records.filter((_record, at) => asked[at] === 'unanswered').map(({ id }) => id);
    const all = [...items, ...(await movesOf(caller, limit))].sort(newestFirst).slice(0, limit);
    return { items: all.map((operation) => toldTo(caller, operation)), unanswered };
  });

  serve(app, HUB_ROUTES.getOperation, async (request, reply) => {
    const caller = callers.of(request);
    const ended = openCalls.watch(caller, reply.raw);
    const signal = anyOf(callerSignal(reply, closing), ended);
    const { operation: id } = request.params;
    const move = await store.moves.get(id);
    if (move !== null && mayFollow(caller, move)) {
      const { after = Number.POSITIVE_INFINITY, wait = 0 } = request.query;
      return moveOperation(context, id, { after, waitMs: wait * 1000, signal });
    }
    const record = await store.operations.get(id);
    if (record === null || !isOf(caller, record)) throw notFound(id);
    const operation = await ask(record, signal, request.query).catch(async (error: unknown) => {
      ended.throwIfAborted();
      throw failureFor(caller, await links.get(record.machine), 'GET', error);
    });
    return toldTo(caller, operation);
  });

  /** The operator's own long calls: work of the hub, not of a machine. */
  async function movesOf({ kind, keyId }: Caller, limit: number): Promise<Operation[]> {
    if (kind !== 'operator') return [];
    const moves = await store.moves.list({ ...(keyId === null ? {} : { keyId }), limit });
    return Promise.all(moves.map((move) => operationOf(context, move)));
  }

  /** The operation; null where its machine has forgotten it, and `unanswered` where that does not tell. */
  async function look(record: OperationRecord, signal: AbortSignal): Promise<Operation | 'unanswered' | null> {
    try {
      return await ask(record, signal);
    } catch (error) {
      return error instanceof LeadMasterError && error.code === 'operation_not_found' ? null : 'unanswered';
    }
  }

  async function ask(
    { id, machine }: OperationRecord,
    signal: AbortSignal,
    query: { wait?: number; after?: number | undefined } = {},
  ): Promise<Operation> {
    const link = await links.get(machine);
    const timeoutMs = (query.wait ?? 0) * 1000 + GRACE_MS;
    return link.client.call('getOperation', { params: { operation: id }, query }, { signal, timeoutMs });
  }
}

/** The operator sees all of them; a key its own. */
function ownerOf({ kind, keyId, tenant }: Caller): { keyId?: string | null; tenant?: string | null } {
  return kind === 'operator' && keyId === null ? {} : { keyId, tenant };
}

function isOf({ kind, keyId }: Caller, record: OperationRecord): boolean {
  return (kind === 'operator' && keyId === null) || record.keyId === keyId;
}

function newestFirst(a: Operation, b: Operation): number {
  return a.startedAt < b.startedAt ? 1 : -1;
}

function toldTo(caller: Caller, operation: Operation): Operation {
  if (caller.tenant === null) return operation;
  return answerForTenant(HUB_ROUTES.getOperation, caller.tenant, { status: 200, body: operation }) as Operation;
}

function notFound(id: string): LeadMasterError {
  return new LeadMasterError(
    'operation_not_found',
    `There is no operation "${id}".`,
    'List them with GET /v1/operations; one is forgotten a day after its end.',
  );
}
