import { fuzz } from '@leadmaster/testkit/fuzz';
import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { expect, onTestFinished, test } from 'vitest';
import { playedManager } from '../prove/fuzz/played-manager.ts';

/** A slice of what `npm run prove -- fuzz` runs at any size. */
const REQUESTS = 800;

test('no request breaks the manager, and every answer is as its contract states', { timeout: 180_000 }, async () => {
  const manager = await playedManager();
  onTestFinished(() => manager.close());
  const report = await fuzz(manager, { requests: REQUESTS, seed: SLICE_SEED });
  expect([`seed ${SLICE_SEED}`, ...report.faults]).toEqual([`seed ${SLICE_SEED}`]);
  expect(await manager.damage()).toEqual([]);
  // It got everywhere: good answers, refusals of each kind, and keys refused.
  const statuses = Object.keys(report.statuses);
  expect(statuses).toEqual(expect.arrayContaining(['200', '202', '400', '401', '404', '405', '409']));
});
