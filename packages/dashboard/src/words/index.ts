import { signal } from '@preact/signals';
import { en, type Told, type Words } from './en.ts';

export type { Told, Words };
export type Language = Words['language'];

const KEPT = 'leadmaster-language';

/** The words of the language that is shown. A component that reads them is drawn again when the language changes. */
export const words = signal<Words>(en);

/** The language that was chosen here, else the browser's. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(KEPT) ?? navigator.language;
  return /^es(?![a-z])/i.test(chosen) ? 'es' : 'en';
}

/** Shows a language; `isChosen` remembers it. Spanish is loaded when it is first needed. */
export async function showLanguage(language: Language, isChosen = false): Promise<void> {
  words.value = language === 'es' ? (await import('./es.ts')).es : en;
  document.documentElement.lang = language;
  if (isChosen) localStorage.setItem(KEPT, language);
}
