import type { About, Finding, Topic } from '../finding.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import type { DoctorWords } from './types.ts';

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

export const DOCTOR_WORDS: Record<Language, DoctorWords> = { en, es };

export function sayFinding(language: Language, { id, about }: Finding): { what: string; cure: string } {
  const { what, cure } = DOCTOR_WORDS[language].findings[id];
  return { what: fill(what, about), cure: fill(cure, about).trim() };
}

export function sayOk(language: Language, topic: Topic): string {
  return DOCTOR_WORDS[language].ok[topic];
}

/** Puts values in the place of their names; a name without a value stays, and a test looks for those. */
export function fill(text: string, about: About): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(about[name] ?? whole));
}
