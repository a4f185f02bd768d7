import { randomUUID } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { visible, visibleLines } from '@leadmaster/protocol';
import picocolors from 'picocolors';

type Colors = ReturnType<typeof picocolors.createColors>;

/** Stands for the escape character in what this program itself writes to the terminal. It is random, so text from outside cannot contain it. */
const MARK = `\ue000${randomUUID()}`;
const ESCAPE = '\u001b';
const COLOURED = new RegExp(`^((?:${MARK}\\[\\d+m)*)(.*?)((?:${MARK}\\[\\d+m)*)$`, 's');

/**
 * Keeps the program's own terminal commands apart from those in text from outside: colours and drawings carry a mark until
 * they are written, and every other control character is escaped then. A command that prints text cannot forget to clean it.
 */
export const ink = {
  /** Colours that mark what they add. */
  colors(isEnabled: boolean): Colors {
    const colors = picocolors.createColors(isEnabled);
    const marking = (paint: (text: string) => string) => (text: string | number | null | undefined) =>
      marked(paint(unmarked(visibleLines(String(text)))));
    const entries = Object.entries(colors).map(([name, paint]) => [
      name,
      typeof paint === 'function' ? marking(paint) : paint,
    ]);
    return Object.fromEntries(entries) as Colors;
  },

  /** Text of our own that commands the terminal as it is. */
  own: marked,

  /** What is written: lines in which only what is ours commands the terminal. */
  lines: (text: string): string => unmarked(visibleLines(text)),

  /** The same of a single line: a line break in it is written out, too. */
  line: (text: string): string => unmarked(visible(text)),

  /** A text apart from our own colours before and after it. */
  apart(text: string): { before: string; inside: string; after: string } {
    const [, before = '', inside = '', after = ''] = COLOURED.exec(text) ?? [];
    return { before, inside, after };
  },

  /** How many characters of it are seen. */
  width: (text: string): number => stripVTControlCharacters(ink.lines(text)).length,
};

function marked(text: string): string {
  return text.replaceAll(ESCAPE, MARK);
}

function unmarked(text: string): string {
  return text.replaceAll(MARK, ESCAPE);
}
