import { ENGLISH, WORDS } from '../../src/words/words.ts';

/** Every text of some words by its path, functions called with marks in the place of values. */
export function textsOf(words: unknown, path = ''): [path: string, text: string][] {
  if (typeof words === 'string') return [[path, words]];
  if (typeof words === 'function') return textsOf(filled(words as Make), path);
  if (Array.isArray(words)) return words.flatMap((one, at) => textsOf(one, `${path}.${at}`));
  if (typeof words !== 'object' || words === null || words instanceof RegExp) return [];
  return Object.entries(words).flatMap(([key, value]) => textsOf(value, `${path}.${key}`));
}

type Make = (...values: unknown[]) => unknown;

/** A text made of values that are no words. Where it wants lists or objects, there is none. */
function filled(make: Make): unknown {
  try {
    return make(...Array.from({ length: make.length }, (_, at) => `<${at}>`));
  } catch {
    return '';
  }
}

/** The English sentences that are no part of a Spanish text: none of them may be seen in Spanish. */
export function englishSentences(): string[] {
  const spanish = flat(
    textsOf({ ...WORDS.es, told: null })
      .map(([, text]) => text)
      .join('\n'),
  );
  const all = textsOf(ENGLISH).flatMap(([, text]) => text.split(/<\d+>/));
  return [...new Set(all.map(flat))].filter((text) => text.length > 11 && / /.test(text) && !spanish.includes(text));
}

/** Without line breaks and indents: a terminal has its own. */
export function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
