import { fuzz } from '@leadmaster/testkit/fuzz';
import { expect, onTestFinished, test } from 'vitest';
import { playedHub } from '../prove/fuzz/played-hub.ts';

/** A slice of what `npm run prove -- hub-fuzz` runs at any size. */
const REQUESTS = 800;
/** The same each time: new ones are for the proof, which is run at any size. `LEADMASTER_FUZZ_SEED` names another. */
const SEED = 20_261_130;

test('no request breaks the hub, every answer is as its contract states, and none tells of another tenant', {
  timeout: 180_000,
}, async () => {
  const hub = await playedHub();
  onTestFinished(() => hub.close());
  const seed = Number(process.env.LEADMASTER_FUZZ_SEED ?? SEED);
  const report = await fuzz(hub, { requests: REQUESTS, seed, routes: hub.routes });
  expect([`seed ${seed}`, ...report.faults]).toEqual([`seed ${seed}`]);
  expect(hub.damage()).toEqual([]);
  // It got everywhere: good answers, refusals of each kind, and keys refused.
  const statuses = Object.keys(report.statuses);
  expect(statuses).toEqual(expect.arrayContaining(['200', '400', '401', '403', '404', '405']));
});
