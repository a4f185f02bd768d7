export { type RunningService, runSessionManager } from './main.ts';
export { VERSION } from './version.ts';
