import { describe, expect, it } from 'vitest';
import { proveOutbox } from '../../prove/outbox/outbox-proof.ts';

/** A short slice of `npm run prove -- outbox`. */
describe('messages under kill -9', () => {
  it('are told as they are, arrive once and in order, and have their id on the disk before they leave', {
    timeout: 300_000,
  }, async () => {
    const report = await proveOutbox({ messages: 60, sessions: 2, seed: Date.now() % 1_000_000 });
    expect(report, `seed ${report.seed}`).toMatchObject({ accepted: 60, faults: [] });
    expect(report.traced).toBeGreaterThanOrEqual(60 - report.uncertain.length);
  });
});
