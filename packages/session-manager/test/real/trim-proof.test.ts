import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { expect, test } from 'vitest';
import { proveTrims } from '../../prove/trim/trim-proof.ts';

/** A short slice of `npm run prove -- trim`. */
test('trims at every moment, kill -9 in the middle included, lose nothing', { timeout: 240_000 }, async () => {
  const report = await proveTrims({
    times: 5,
    profileBytes: 40_000_000,
    mostBytes: 15_000_000,
    seed: SLICE_SEED,
  });
  expect(report, `seed ${report.seed}`).toMatchObject({
    ...{ trims: 5, lost: [], missing: [], tooLarge: [], clones: [], leftBehind: [] },
    moments: { stopped: 1, running: 1, starting: 1, killed_stopped: 1, killed_running: 1 },
  });
});
