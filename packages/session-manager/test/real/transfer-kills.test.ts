import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { describe, expect, test } from 'vitest';
import { proveTransferKills } from '../../prove/transfer-kills/transfer-kill-proof.ts';

/** A short slice of `npm run prove -- transfer-kills`. */
describe('kill -9 of either manager, or a cut line, at steps of a transfer', () => {
  test('leaves one owner, loses nothing, and the command said again ends well', { timeout: 240_000 }, async () => {
    const report = await proveTransferKills({ seed: SLICE_SEED, onLine: 1, within: 1, backMs: 500 });
    expect(report, `seed ${SLICE_SEED}`).toMatchObject({
      moments: 3,
      lost: [],
      doubled: [],
      missing: [],
      clones: [],
      leftBehind: [],
    });
  });
});
