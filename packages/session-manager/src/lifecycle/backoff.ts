/**
 * The pause before attempt `n` (0 = the first retry): doubles from `firstMs` up to `maxMs`, of which a random half is
 * taken off, so that many sessions that fell together do not rise together.
 */
export function backoffMs(
  attempt: number,
  limits: { firstMs: number; maxMs: number },
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
