import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { describe, expect, test } from 'vitest';
import { proveKills } from '../../prove/service/kill-proof.ts';

/** A short slice of `npm run prove -- kills`. */
describe('kill -9 at random moments', () => {
  test('loses no login that was told READY, never doubles a browser, and leaves nothing', {
    timeout: 180_000,
  }, async () => {
    const report = await proveKills({ kills: 6, seed: SLICE_SEED });
    expect(report, `seed ${report.seed}`).toMatchObject({
      kills: 6,
      lost: [],
      doubled: [],
      clones: [],
      leftBehind: [],
    });
  });
});
