import { fuzz } from '@leadmaster/testkit/fuzz';
import { expect, onTestFinished, test } from 'vitest';
import { playedManager } from '../prove/fuzz/played-manager.ts';

/** A slice of what `npm run prove -- fuzz` runs at any size. */
const REQUESTS = 800;
/** The same each time: new ones are for the proof, which is run at any size. `LEADMASTER_FUZZ_SEED` names another. */
const SEED = 20_261_130;

test('no request breaks the manager, and every answer is as its contract states', { timeout: 180_000 }, async () => {
  const manager = await playedManager();
  onTestFinished(() => manager.close());
  const seed = Number(process.env.LEADMASTER_FUZZ_SEED ?? SEED);
  const report = await fuzz(manager, { requests: REQUESTS, seed });
  expect([`seed ${seed}`, ...report.faults]).toEqual([`seed ${seed}`]);
  expect(await manager.damage()).toEqual([]);
  // It got everywhere: good answers, refusals of each kind, and keys refused.
  const statuses = Object.keys(report.statuses);
  expect(statuses).toEqual(expect.arrayContaining(['200', '202', '400', '401', '404', '405', '409']));
});
