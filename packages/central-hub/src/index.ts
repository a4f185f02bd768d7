export type { HostRoute } from './http/host-routes.ts';
export { checkHub } from './listening.ts';
export { type HubOptions, type RunningHub, runCentralHub } from './main.ts';
export { type RecoveredHub, recoverHub } from './recover.ts';
