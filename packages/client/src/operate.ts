import { type AnswerOf, type CallId, LeadMasterError, type Operation, type Progress } from '@leadmaster/protocol';
import type { CallOptions } from './attempt.ts';
import type { Client, Routes } from './client.ts';
import type { AnyInput, InputOf } from './input.ts';

/** The routes that do long work. */
export type LongRouteId = { [I in CallId]: Routes[I] extends { long: string } ? I : never }[CallId];

export interface OperateOptions extends Pick<CallOptions, 'signal' | 'ifLost'> {
  /** How far it has come, and the operation that it is. */
  onProgress?: ((progress: Progress, operation: Operation) => void) | undefined;
}

/** How long the service may hold an answer back while nothing changes. */
const WAIT_S = 30;
const ANSWER_MS = (WAIT_S + 30) * 1000;

/**
 * Starts long work at the service, and follows it to its end. An abort ends only the following: the service continues.
 *
 * @throws LeadMasterError what the work failed with; `answer_lost` where it may have been begun; `operation_lost`, with the
 *   operation's id in `extra`, where it was begun and cannot be followed any longer.
 */
export async function operate<I extends LongRouteId>(
  client: Client,
  id: I,
  input: InputOf<Routes[I]>,
  { signal, onProgress, ifLost }: OperateOptions = {},
): Promise<AnswerOf<Routes[I]>> {
  const asked = input as AnyInput;
  const wanted = { ...asked, headers: { ...asked.headers, prefer: 'respond-async' } };
  const { status, said } = await client.answer(id, wanted, { signal, ifLost, timeoutMs: ANSWER_MS });
  if (status !== 202) return said as AnswerOf<Routes[I]>;
  const ended = await followOperation(client, said as Operation, { signal, onProgress, ifLost });
  return ended.result as AnswerOf<Routes[I]>;
}

/**
 * Follows long work that was begun to its end. An abort ends only the following.
 *
 * @throws LeadMasterError what the work failed with; `operation_lost` where it cannot be followed any longer.
 */
export async function followOperation(
  client: Client,
  begun: Operation,
  { signal, onProgress, ifLost }: OperateOptions = {},
): Promise<Operation> {
  let operation = begun;
  try {
    while (operation.state === 'running') {
      onProgress?.(operation.progress, operation);
      const query = { wait: WAIT_S, after: operation.revision };
      const asked = { params: { operation: operation.id }, query };
      operation = await client.call('getOperation', asked, { timeoutMs: ANSWER_MS, signal });
    }
    if (operation.state === 'failed') throw failureOf(operation);
    return operation;
  } catch (error) {
    throw endOf(operation, error, { signal, ifLost });
  }
}

/** What work that was begun ended with for its caller, by what broke the following off. */
function endOf(operation: Operation, error: unknown, { signal, ifLost }: OperateOptions): unknown {
  const which = `(operation ${operation.id})`;
  if (signal?.aborted && operation.state === 'running')
    return lost(operation, `No longer waiting; the service continues it ${which}.`, ifLost);
  if (!isGone(error)) return error;
  return lost(operation, `The service has ended while it was at work ${which}: ${error.message}`, ifLost);
}

/** The service went away, also as it says itself, or came back without its memory, while it was at work. */
function isGone(error: unknown): error is LeadMasterError {
  const gone = ['service_unreachable', 'operation_not_found', 'shutting_down'];
  return error instanceof LeadMasterError && gone.includes(error.code);
}

function lost({ id }: Operation, detail: string, hint = 'See its result in the events.'): LeadMasterError {
  return new LeadMasterError('operation_lost', detail, hint, { extra: { operation: id } });
}

function failureOf({ id, error }: Operation): LeadMasterError {
  if (error !== null) return LeadMasterError.of(error as unknown as Parameters<typeof LeadMasterError.of>[0]);
  const detail = `The operation ${id} has failed; the service does not say why.`;
  return new LeadMasterError('internal', detail, 'Look in the log of the service.');
}
