import { CALLS, type CallId, goodAnswersOf } from '@leadmaster/protocol';

/** Reads an answer of a route as JSON; undefined where it is none of the route. */
export type AnswerCheck = (id: CallId, status: number, said: unknown) => unknown;

/** An answer as the route's schema reads it; undefined where the route states no such answer. */
export const heldToContract: AnswerCheck = (id, status, said) => {
  const stated = goodAnswersOf(CALLS[id])[status];
  if (stated === undefined || !('content' in stated)) return undefined;
  return stated.content['application/json']?.schema.safeParse(said).data;
};
