/** What is wrong with an installation. An entry of its own: it needs nothing of the service, and starts in no time. */
export { type DoctorOptions, type DoctorReport, examine, type ToldFinding } from './doctor.ts';
export type { Severity } from './finding.ts';
export type { Fixed } from './fixes.ts';
export { noteKeyCopy } from './key-copy.ts';
export { countFound } from './words/counts.ts';
export type { DoctorWords } from './words/types.ts';
export { DOCTOR_WORDS, LANGUAGES, type Language } from './words/words.ts';
