import { errorText, type Operation, type Problem, type Progress } from '@leadmaster/protocol';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Client } from './client.ts';
import { interrupted } from './interrupt.ts';
import { answerLost, orderInterrupted } from './lost-answer.ts';

/** How a caller follows long work. */
export interface LongCall {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

const LOOK = 'See what came of it: ./leadmaster snapshot list';

/** How long the service may hold an answer back while nothing changes. */
const WAIT_S = 30;
const ANSWER_MS = (WAIT_S + 30) * 1000;

/**
 * Has the service do long work, and follows it to its end. An abort ends the following alone: the service goes on, and
 * the error says so. `ifLost`: how a person sees what came of it, should the service end meanwhile.
 */
export async function operate<T>(
  client: Client,
  path: string,
  body: unknown,
  { signal, onProgress, ifLost = LOOK }: LongCall & { ifLost?: string } = {},
): Promise<T> {
  const abortable = signal === undefined ? {} : { signal };
  let id: string | null = null;
  try {
    const headers = { prefer: 'respond-async' };
    const answer = await client.request('POST', path, { body, headers, timeoutMs: ANSWER_MS, ifLost, ...abortable });
    const said: unknown = await answer.json().catch((error: unknown) => {
      throw answerLost(errorText(error), ifLost);
    });
    if (answer.status !== 202) return said as T;
    let operation = said as Operation;
    id = operation.id;
    while (operation.state === 'running') {
      onProgress?.(operation.progress);
      const next = `/v1/operations/${encodeURIComponent(id)}?wait=${WAIT_S}&after=${operation.revision}`;
      operation = await client.get<Operation>(next, { timeoutMs: ANSWER_MS, ...abortable });
    }
    if (operation.state === 'failed') throw failed(operation);
    return operation.result as T;
  } catch (error) {
    if (signal?.aborted) throw left(id, ifLost);
    throw id !== null && isLost(error) ? lost(id, error, ifLost) : error;
  }
}

function failed({ id, error }: Operation): CliError {
  if (error !== null) return CliError.of(error as Problem);
  return new CliError(EXIT.failed, 'failed', `The operation ${id} has failed; the service does not say why.`);
}

function left(id: string | null, ifLost: string): CliError {
  if (id === null) return orderInterrupted(ifLost);
  const hint = 'What comes of it: ./leadmaster events';
  return interrupted(`No longer waiting; the service goes on with it (operation ${id}).`, hint);
}

/** The service went away, or came back without its memory, while it was at work. */
function isLost(error: unknown): error is CliError {
  if (!(error instanceof CliError)) return false;
  return error.exitCode === EXIT.unreachable || ['operation_not_found', 'shutting_down'].includes(error.code);
}

function lost(id: string, error: CliError, hint: string): CliError {
  const message = `The service has ended while it was at work (operation ${id}): ${error.message}`;
  return new CliError(EXIT.failed, 'operation_lost', message, hint);
}
