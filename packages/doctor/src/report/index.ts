/** The report of an installation, with its service up or down; nothing is changed by it. */
export type { ReportFacts } from './facts.ts';
export { gather, type ReportOptions } from './gather.ts';
export { renderReport } from './render.ts';
