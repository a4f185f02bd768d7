/** What is wrong with an installation, with its service up or down. It loads no part of the service. */
export type { ToldFinding } from './diagnosis.ts';
export { type DoctorOptions, type DoctorReport, examine } from './doctor.ts';
export type { Severity } from './finding.ts';
export type { Fixed } from './fixes.ts';
export { noteKeyCopy } from './key-copy.ts';
export { countFound } from './words/counts.ts';
export type { DoctorWords } from './words/types.ts';
export { DOCTOR_WORDS, LANGUAGES, type Language } from './words/words.ts';
