export type { CallOptions } from './attempt.ts';
export { type CallArguments, Client, type ClientOptions, type Routes } from './client.ts';
export { type AnswerCheck, heldToContract } from './contract.ts';
export { noAnswer, Unanswered } from './failures.ts';
export { type FollowOptions, follow } from './follow.ts';
export type { AnyInput, InputOf } from './input.ts';
export { followOperation, type LongRouteId, type OperateOptions, operate } from './operate.ts';
