import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { expect, test } from 'vitest';
import { proveHouseKills } from '../prove/house-kills/house-kill-proof.ts';
import { WHAT } from '../prove/house-kills/works.ts';

/** A short slice of `npm run prove -- house-kills`, on a login that no browser has made. */
test('kill -9 at steps of adopt, import and trim: one owner, nothing lost, the same ends well', {
  timeout: 240_000,
}, async () => {
  const options = { perWork: 2, anytime: 0, boots: 0, login: 'made' } as const;
  const report = await proveHouseKills({ what: WHAT, seed: SLICE_SEED, ...options });
  for (const reason of report.skipped) console.log(`skipped: ${reason}`);
  expect(report, `seed ${SLICE_SEED}`).toMatchObject({ faults: [] });
  for (const [name, { steps, kills }] of Object.entries(report.works)) {
    expect(steps, name).toBeGreaterThan(10);
    expect(kills, name).toBeGreaterThan(0);
  }
});
