import { randomUUID } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { visible, visibleLines } from '@leadmaster/protocol';
import picocolors from 'picocolors';

type Colors = ReturnType<typeof picocolors.createColors>;

/** Stands for the escape character in what this program itself says to the terminal. Nobody outside can know it. */
const MARK = `\ue000${randomUUID()}`;
const ESCAPE = '\u001b';

/**
 * Keeps what this program says to a terminal apart from what text from outside would: colours and drawings carry a mark
 * until the moment of writing, and every other control character is written out then. So no text has to be cleaned on its
 * way here, and none can be forgotten.
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

  /** How many characters of it are seen. */
  width: (text: string): number => stripVTControlCharacters(ink.lines(text)).length,
};

function marked(text: string): string {
  return text.replaceAll(ESCAPE, MARK);
}

function unmarked(text: string): string {
  return text.replaceAll(MARK, ESCAPE);
}
