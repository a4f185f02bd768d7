import { fuzz } from '@leadmaster/testkit/fuzz';
import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { expect, onTestFinished, test } from 'vitest';
import { playedHub } from '../prove/fuzz/played-hub.ts';

/** A slice of what `npm run prove -- hub-fuzz` runs at any size. */
const REQUESTS = 800;

test('no request breaks the hub, every answer is as its contract states, and none tells of another tenant', {
  timeout: 180_000,
}, async () => {
  const hub = await playedHub();
  onTestFinished(() => hub.close());
  const report = await fuzz(hub, { requests: REQUESTS, seed: SLICE_SEED, routes: hub.routes });
  expect([`seed ${SLICE_SEED}`, ...report.faults]).toEqual([`seed ${SLICE_SEED}`]);
  expect(hub.damage()).toEqual([]);
  // It got everywhere: good answers, refusals of each kind, and keys refused.
  const statuses = Object.keys(report.statuses);
  expect(statuses).toEqual(expect.arrayContaining(['200', '400', '401', '403', '404', '405']));
});
