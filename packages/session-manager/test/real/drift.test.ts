import { SLICE_SEED } from '@leadmaster/testkit/slice-seed';
import { describe, expect, test } from 'vitest';
import { type DriftCase, driftCases } from '../../prove/drift/cases.ts';
import { proveDrift } from '../../prove/drift/drift-proof.ts';
import { seeded } from '../../prove/service/random.ts';

/** A short slice of `npm run prove -- drift`: both pages, one drift of each kind, one random combination. Nothing else is on April's page. */
describe('drifts of the page', () => {
  const [combination] = driftCases('september', { combinations: 1, random: seeded(SLICE_SEED) }).slice(-1);
  const cases: DriftCase[] = [
    { page: 'april', drifts: [] },
    { page: 'september', drifts: ['timelock'] },
    { page: 'september', drifts: ['logout-reason'] },
    ...(combination === undefined ? [] : [combination]),
  ];

  test('leave true what is told, step by step', { timeout: 400_000 }, async () => {
    const { failures } = await proveDrift(cases, { atOnce: 2 });
    expect(failures, `seed ${SLICE_SEED}`).toEqual([]);
  });
});
