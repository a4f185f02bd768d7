/** Words of a page or a browser may be pages long; the log has all of them. */
const WORDS_MAX = 500;

/** Words from outside, fit to stand in a hint: one line, bounded, without what would command a terminal or turn the text around. */
export function cleanWords(text: string): string {
  return text
    .slice(0, 4 * WORDS_MAX)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, WORDS_MAX);
}
