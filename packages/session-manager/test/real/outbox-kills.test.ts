import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { describe, expect, test } from 'vitest';
import { proveOutbox } from '../../prove/outbox/outbox-proof.ts';

/** A short slice of `npm run prove -- outbox`. */
describe('messages under kill -9', () => {
  test('are told as they are, arrive once and in order, and have their id on the disk before they leave', {
    timeout: 300_000,
  }, async () => {
    const report = await proveOutbox({ messages: 60, sessions: 2, seed: SLICE_SEED });
    expect(report, `seed ${report.seed}`).toMatchObject({ accepted: 60, faults: [] });
    // What failed for certain never arrived, and was not looked for.
    const arrived = ['SENT', 'DELIVERED', 'READ', 'PLAYED'].reduce(
      (sum, state) => sum + (report.states[state] ?? 0),
      0,
    );
    expect(arrived).toBeGreaterThan(30);
    expect(report.traced).toBeGreaterThanOrEqual(arrived);
  });
});
