export { type HubOptions, type RunningHub, runCentralHub } from './main.ts';
