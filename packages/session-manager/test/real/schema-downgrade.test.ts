import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { describe, expect, test } from 'vitest';
import { proveSchemaDowngrade } from '../../prove/builds/schema-downgrade-proof.ts';

/** A short slice of `npm run prove -- schema-downgrade`: each door once. */
describe('an older build on a newer profile', () => {
  test('is refused by every door, and the login is whole afterwards', { timeout: 300_000 }, async () => {
    const report = await proveSchemaDowngrade({ tries: 5, seed: SLICE_SEED });
    expect(report, `seed ${report.seed}`).toMatchObject({
      tries: { pin: 1, guarded: 1, restore: 1, transfer: 1, adopt: 1 },
      opened: [],
      lost: [],
      clones: [],
      leftBehind: [],
    });
  });
});
