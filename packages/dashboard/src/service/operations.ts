import { followOperation, type InputOf, type LongRouteId, operate, type Routes } from '@leadmaster/client';
import type { AnswerOf, Operation, OperationKind } from '@leadmaster/protocol';
import { signal } from '@preact/signals';
import { client } from './client.ts';

/** So many of the last long calls are looked through for those that still run. */
const LOOKED_AT = 100;

/** Long work that this page follows; `error`: what it failed with, where no one else tells it. */
export interface Followed {
  operation: Operation;
  error: unknown;
}

/** All of it by its id: what was begun here, and what ran when the page was loaded. */
export const underWay = signal<ReadonlyMap<string, Followed>>(new Map());

/** Begins long work, and shows how far it has come until it ends. @throws LeadMasterError as `operate`. */
export async function work<I extends LongRouteId>(id: I, input: InputOf<Routes[I]>): Promise<AnswerOf<Routes[I]>> {
  let begun: string | null = null;
  const onProgress = (_progress: unknown, operation: Operation): void => {
    begun = operation.id;
    show(operation);
  };
  try {
    return await operate(client, id, input, { onProgress });
  } finally {
    if (begun !== null) forget(begun);
  }
}

/** Goes on following the work on a session that still runs, such as what was begun before the page was loaded. */
export async function takeUp(session: string, signal: AbortSignal): Promise<void> {
  const { items } = await client.call('listOperations', { query: { limit: LOOKED_AT } }, { signal });
  for (const operation of items) {
    const isOpen = operation.session === session && operation.state === 'running';
    if (isOpen && !underWay.value.has(operation.id)) void followOn(operation);
  }
}

/** The work of these kinds on a session, in the order in which it was seen. */
export function workOn(session: string, kinds: readonly OperationKind[]): Followed[] {
  return [...underWay.value.values()].filter(
    ({ operation }) => operation.session === session && kinds.includes(operation.kind),
  );
}

export function isAtWork(session: string, ...kinds: OperationKind[]): boolean {
  return workOn(session, kinds).some(({ error }) => error === null);
}

export function forget(id: string): void {
  const rest = new Map(underWay.value);
  rest.delete(id);
  underWay.value = rest;
}

async function followOn(found: Operation): Promise<void> {
  show(found);
  try {
    await followOperation(client, found, { onProgress: (_progress, operation) => show(operation) });
    forget(found.id);
  } catch (error) {
    show(found, error);
  }
}

function show(operation: Operation, error: unknown = null): void {
  underWay.value = new Map(underWay.value).set(operation.id, { operation, error });
}
