const MODULUS = 10n ** 15n;
const FACTOR = 314_159_265_358_979n;
const SHIFT = 271_828_182_845_904n;

/** The LID of a number, as the page works it out too (`page/lid.js`): 15 digits. */
export function lidDigits(number: string): string {
  return String((BigInt(number) * FACTOR + SHIFT) % MODULUS).padStart(15, '0');
}
