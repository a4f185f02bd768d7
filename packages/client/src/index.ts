export type { CallOptions } from './attempt.ts';
export { Client, type ClientOptions, type Routes } from './client.ts';
export { Unanswered } from './failures.ts';
export { type FollowOptions, follow } from './follow.ts';
export type { InputOf } from './input.ts';
export { type LongRouteId, type OperateOptions, operate } from './operate.ts';
