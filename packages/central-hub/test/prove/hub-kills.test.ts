import { postgresMissing } from '@leadmaster/testkit/postgres';
import { expect, test } from 'vitest';
import { proveHubKills } from '../../prove/kills/hub-kill-proof.ts';
import { proveHubLeases } from '../../prove/kills/hub-lease-proof.ts';

/** Small slices of `npm run prove -- hub-kills` and `hub-leases`. */
const SLICE_MS = 120_000;
const missing = postgresMissing();

test(
  'killed and cut off on SQLite under load, a hub tells each event once and orders as they went',
  async () => {
    const { failures } = await proveHubKills({ store: 'sqlite', moments: 3, seed: 3, longestMs: 300 });
    expect(failures).toEqual([]);
  },
  SLICE_MS,
);

test(
  'the same on PostgreSQL, which restarts, too',
  async (context) => {
    if (missing !== null) return context.skip(missing);
    const { failures } = await proveHubKills({ store: 'postgres', moments: 3, seed: 12, longestMs: 300 });
    expect(failures).toEqual([]);
  },
  SLICE_MS,
);

test(
  'of three hubs on one PostgreSQL, the one that reads is stopped past its lease and continued: nothing is doubled or lost',
  async (context) => {
    if (missing !== null) return context.skip(missing);
    const { failures } = await proveHubLeases({ rounds: 1, seed: 1 });
    expect(failures).toEqual([]);
  },
  SLICE_MS,
);
