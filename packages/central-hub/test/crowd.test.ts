import { expect, test } from 'vitest';
import { proveCrowd } from '../prove/crowd/crowd-proof.ts';

/** A short slice of `npm run prove -- hub-crowd`. Read by each of these followers, the log would be 1 GB. */
test('idle connections, slow bodies and followers that never read cost the hub little, and others are served', {
  timeout: 180_000,
}, async () => {
  const report = await proveCrowd({ idle: 500, slow: 50, followers: 50 });
  expect(report.faults).toEqual([]);
  expect(report.asked).toBeGreaterThan(10);
});
