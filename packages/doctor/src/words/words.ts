import { localTime } from '@leadmaster/protocol';
import type { About, Finding, Topic } from '../finding.ts';
import { en } from './en/index.ts';
import { es } from './es/index.ts';
import type { DoctorWords } from './types.ts';

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

export const DOCTOR_WORDS: Record<Language, DoctorWords> = { en, es };

/** As findings carry a time: ISO 8601 in UTC. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

export function sayFinding(language: Language, { id, about }: Finding): { what: string; fix: string } {
  const { what, fix } = DOCTOR_WORDS[language].findings[id];
  return { what: fill(what, about), fix: fill(fix, about).trim() };
}

export function sayOk(language: Language, topic: Topic): string {
  return DOCTOR_WORDS[language].ok[topic];
}

/** Puts values in the place of their names, times as for people; a name without a value stays, and a test looks for those. */
export function fill(text: string, about: About): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = String(about[name] ?? whole);
    return ISO_TIME.test(value) ? localTime(value) : value;
  });
}
