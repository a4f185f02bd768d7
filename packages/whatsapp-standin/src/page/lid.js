/**
 * The LID of a number: 15 digits that WhatsApp gives out instead of it. Here they follow from the number, both ways
 * (a multiplication modulo 10^15), so that page and servers agree without asking. `src/lid.ts` is the same for servers.
 */
const MODULUS = 10n ** 15n;
const FACTOR = 314_159_265_358_979n;
const INVERSE = inverse(FACTOR, MODULUS);
const SHIFT = 271_828_182_845_904n;

export function lidDigits(number) {
  return String((BigInt(number) * FACTOR + SHIFT) % MODULUS).padStart(15, '0');
}

export function numberOfLid(digits) {
  return String(((BigInt(digits) - SHIFT + MODULUS) * INVERSE) % MODULUS);
}

/** Euclid's: `x` with `value * x = 1` modulo `modulus`. */
function inverse(value, modulus) {
  let [rest, left, x, next] = [modulus, value, 0n, 1n];
  while (left > 0n) {
    const times = rest / left;
    [rest, left] = [left, rest - times * left];
    [x, next] = [next, x - times * next];
  }
  return (x + modulus) % modulus;
}
