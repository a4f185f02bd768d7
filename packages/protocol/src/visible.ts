/**
 * What commands a terminal, or turns text around on it: C0, DEL and C1; line and paragraph separators; the controls of
 * bidirectional text (Unicode's Bidi_Control).
 */
const COMMANDS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text from outside as one line that is safe to show: what would command the terminal is written out, as `\u001b`. */
export function visible(text: string): string {
  return text.replaceAll(COMMANDS, writtenOut);
}

/** The same for text of several lines: its line breaks stay. */
export function visibleLines(text: string): string {
  return text.replaceAll(COMMANDS, (character) => (character === '\n' ? character : writtenOut(character)));
}

function writtenOut(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
