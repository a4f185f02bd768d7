import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { describe, expect, test } from 'vitest';
import { OPERATIONS, proveVaultKills } from '../../prove/vault-kills/vault-kill-proof.ts';

/** A short slice of `npm run prove -- vault-kills`. */
describe('kill -9 of the service at steps of save, prune, restore and recover', () => {
  test('loses nothing that was saved, and leaves no half state', { timeout: 240_000 }, async () => {
    const report = await proveVaultKills({
      seed: SLICE_SEED,
      operations: OPERATIONS,
      perOperation: 1,
      anytime: 0,
    });
    expect(report, `seed ${report.seed}`).toMatchObject({
      lost: [],
      missing: [],
      half: [],
      stuck: [],
      clones: [],
      leftBehind: [],
    });
    expect(report.kills, `seed ${report.seed}`).toBeGreaterThan(0);
  });
});
