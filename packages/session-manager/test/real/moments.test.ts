import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { describe, expect, test } from 'vitest';
import { proveMoments } from '../../prove/moments/moments-proof.ts';

/** A short slice of `npm run prove -- moments`. */
describe('snapshots at random moments under load', () => {
  test('come back READY and complete, each in the world of its own moment', { timeout: 240_000 }, async () => {
    const report = await proveMoments({
      snapshots: 4,
      perRound: 4,
      sessions: 2,
      // The machine has other tests to run: what overloads it would be told as a disturbance.
      messageRate: 5,
      seed: SLICE_SEED,
    });
    expect(report, `seed ${report.seed}`).toMatchObject({
      ready: 4,
      lost: [],
      notReady: [],
      incomplete: [],
      clones: [],
      notTaken: [],
      disturbed: [],
      leftBehind: [],
    });
  });
});
