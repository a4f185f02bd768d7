export type { Diagnosis, ExamineOptions } from './http/diagnosis.ts';
export { type RunningService, runSessionManager } from './main.ts';
export { VERSION } from './version.ts';
