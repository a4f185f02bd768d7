import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { describe, expect, test } from 'vitest';
import { proveSoak } from '../../prove/soak/soak-proof.ts';

/** A short slice of `npm run prove -- soak`. */
describe('many snapshots of one running session, with retention and prune', () => {
  test('keeps what it should, whole, and lets go of the rest', { timeout: 240_000 }, async () => {
    const report = await proveSoak({
      snapshots: 24,
      stepHours: 12,
      pruneEvery: 5,
      messages: 2,
      historyMb: 4,
      drills: 1,
      keep: 'last=3,daily=4,weekly=2',
      seed: SLICE_SEED,
    });
    expect(report, `seed ${report.seed}`).toMatchObject({
      snapshots: 24,
      drilled: 1,
      bad: [],
      failures: [],
      wrongKept: [],
      growing: null,
      disturbed: [],
      leftBehind: [],
    });
  });
});
