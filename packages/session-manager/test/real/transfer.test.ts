import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { describe, expect, test } from 'vitest';
import { choosePlace } from '../../prove/transfer/place.ts';
import { proveTransfers } from '../../prove/transfer/transfer-proof.ts';

/** A short slice of `npm run prove -- transfer`. */
describe('a session between two managers', () => {
  const what = 'goes there and back under messages: READY without a QR, in one place, nothing missing or told twice';
  test(what, { timeout: 240_000 }, async () => {
    const place = choosePlace();
    if (!place.inNamespaces) console.info(`the transfer proof runs ${place.words}`);
    const report = await proveTransfers({ rounds: 1, profileBytes: 0, seed: SLICE_SEED, place });
    expect(report, `seed ${SLICE_SEED}`).toMatchObject({
      transfers: 2,
      lost: [],
      doubled: [],
      missing: [],
      clones: [],
      leftBehind: [],
    });
    expect(report.messages.in).toBeGreaterThan(4);
    expect(report.messages.out).toBeGreaterThan(3);
  });
});
