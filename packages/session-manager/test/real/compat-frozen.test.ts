import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { expect, test } from 'vitest';
import { proveFrozen } from '../../prove/compat-frozen/frozen-proof.ts';

/** A short slice of `npm run prove -- compat-frozen`: as many sends, and a browser that is given up and killed sooner. */
test('250 sends of an earlier service into a page that stands still: none is answered with 200, none is told as sent', {
  timeout: 240_000,
}, async () => {
  const report = await proveFrozen({
    messages: 250,
    seed: SLICE_SEED,
    probeDeadlineS: 8,
    stopDeadlineS: 2,
  });
  expect(report.faults).toEqual([]);
  expect(Object.values(report.answers).reduce((sum, count) => sum + count, 0)).toBe(250);
  expect(report.taken).toBeGreaterThan(0);
  expect(Object.values(report.states).reduce((sum, count) => sum + count, 0)).toBe(report.taken);
  expect(report.statusMs).toBeLessThan(5_000);
});
