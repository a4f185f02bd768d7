/**
 * What commands a terminal, or turns text around on it: C0, DEL and C1; line and paragraph separators; the controls of
 * bidirectional text (Unicode's Bidi_Control).
 */
const COMMANDS = String.raw`[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]`;

/** What is not seen at all, so that one name looks like another: of Unicode's Default_Ignorable_Code_Point what no word needs. */
const UNSEEN = String.raw`[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8]`;

/** A flag of a region, such as Scotland: a black flag and a few letters of its own, which stand nowhere else. It stays. */
const FLAG = String.raw`(\u{1f3f4}[\u{e0020}-\u{e007f}]{1,16})`;
const FLAG_LETTERS = String.raw`[\u{e0000}-\u{e007f}]`;

/** Joiners and selectors of forms, which emoji and scripts other than ours need: none follows one of our letters, but in a keycap. */
const JOINERS = String.raw`(?<=^|[\0-\u024f])[\u200c\u200d\ufe00-\ufe0f\u{e0100}-\u{e01ef}](?!\u20e3)`;

/** Nothing in it looks back further than one character: names and texts are of any length, and of anyone. */
const WRITTEN_OUT = new RegExp([FLAG, COMMANDS, UNSEEN, FLAG_LETTERS, JOINERS].join('|'), 'gu');

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from outside as one line that is safe to show: what would command the terminal is written out, as `\u001b`, and so is what
 * would not be seen.
 */
export function visible(text: string): string {
  return text.replaceAll(WRITTEN_OUT, (found, flag?: string) => flag ?? writtenOut(found));
}

/** The same for text of several lines: its line breaks stay. */
export function visibleLines(text: string): string {
  return text.replaceAll(WRITTEN_OUT, (found, flag?: string) => flag ?? (found === '\n' ? found : writtenOut(found)));
}

function writtenOut(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return SHORT[character] ?? (code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`);
}
