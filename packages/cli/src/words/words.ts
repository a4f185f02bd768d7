import type { Language } from '@leadmaster/doctor';
import { type Env, readEnvironment } from '@leadmaster/service-kit/settings';
import { en } from './en/index.ts';
import { es } from './es/index.ts';

/** What is put into a language of what a service or a library says in English; null where that language is English. */
type ToldWords = typeof es.told;

/** Everything that the terminal shows, in one language. A language that lacks a text does not compile. */
export type Words = Omit<typeof en, 'told'> & { told: ToldWords | null };

/** A text that is shown in the language of the terminal. What is a string is English, and comes from a service or a library. */
export type Text = string | ((words: Words) => string);

export const WORDS: Readonly<Record<Language, Words>> = { en, es };
export { en as ENGLISH };

/** Where a language is named, the first that is set wins. */
const NAMED_IN = ['LEADMASTER_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG'];

/**
 * The language of what a terminal shows: Spanish where the environment, or the settings file for `LEADMASTER_LANG`, names a
 * locale that begins with `es`; English everywhere else.
 */
export function languageOf(real: Env): Language {
  const env: Env = { ...real, LEADMASTER_LANG: real.LEADMASTER_LANG || settingOf(real) };
  const named = NAMED_IN.map((name) => env[name]).find((value) => value !== undefined && value !== '');
  return named !== undefined && /^es(?![a-z])/i.test(named) ? 'es' : 'en';
}

/** By environment, so that the settings file is read once for a command. */
const languages = new WeakMap<Env, Language>();

/** The words for a terminal; with `--json`, English. */
export function wordsFor({ env, json }: { env: Env; json: boolean }): Words {
  if (json) return en;
  const language = languages.get(env) ?? languageOf(env);
  languages.set(env, language);
  return WORDS[language];
}

function settingOf(real: Env): string | undefined {
  try {
    return readEnvironment(real, []).env.LEADMASTER_LANG;
  } catch {
    // A settings file that cannot be read is told by the command that needs it.
    return undefined;
  }
}
