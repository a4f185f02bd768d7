export { VERSION } from './context.ts';
export { type RunningService, runSessionManager } from './main.ts';
