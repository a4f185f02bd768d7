import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs } from '../../src/lifecycle/backoff.ts';

describe('backoff', () => {
  const limits = { firstMs: 1000, maxMs: 60_000 };

  test('doubles up to the cap and takes off at most half', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const ceiling = Math.min(60_000, 1000 * 2 ** attempt);
        const pause = backoffMs(attempt, limits, () => random);
        expect(pause).toBeGreaterThanOrEqual(Math.floor(ceiling / 2));
        expect(pause).toBeLessThanOrEqual(ceiling);
      }),
    );
  });

  test('spreads sessions that fell together', () => {
    const pauses = new Set(Array.from({ length: 50 }, () => backoffMs(6, limits)));
    expect(pauses.size).toBeGreaterThan(25);
  });
});
