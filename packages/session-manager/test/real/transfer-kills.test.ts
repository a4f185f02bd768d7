import { describe, expect, test } from 'vitest';
import { proveTransferKills } from '../../prove/transfer-kills/transfer-kill-proof.ts';

/** A short slice of `npm run prove -- transfer-kills`. */
describe('kill -9 of either manager, or a cut line, at steps of a transfer', () => {
  test('leaves one owner, loses nothing, and the command said again ends well', { timeout: 240_000 }, async () => {
    const seed = Date.now() % 1_000_000;
    const report = await proveTransferKills({ seed, onLine: 1, within: 1, backMs: 500 });
    expect(report, `seed ${seed}`).toMatchObject({
      moments: 3,
      lost: [],
      doubled: [],
      missing: [],
      clones: [],
      leftBehind: [],
    });
  });
});
