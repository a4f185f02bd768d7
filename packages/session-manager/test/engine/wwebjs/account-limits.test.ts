import { expect, test } from 'vitest';
import { limitsOf } from '../../../src/engine/wwebjs/account-limits.ts';

const NOW = new Date('2026-09-20T12:00:00.000Z');
const LATER = Date.parse('2026-09-21T12:00:00.000Z');
const CYCLE_S = Date.parse('2026-10-01T00:00:00.000Z') / 1000;
const NOTHING = { timelock: null, capping: null, integrity: null };

const lock = { state: 'VISIBLE', time_enforcement_ends: LATER, enforcement_type: 'DEFAULT' };
const cap = { capping_status: 'CAPPED', total_quota: 50, used_quota: 50, cycle_end_timestamp: CYCLE_S };

test('is null where WhatsApp has said nothing, or what cannot be read', () => {
  expect(limitsOf(NOTHING, NOW)).toBeNull();
  expect(limitsOf({ ...NOTHING, timelock: 'soon', capping: 7 }, NOW)).toBeNull();
});

test.each([
  ['a lock', { timelock: lock }, { state: 'locked', until: '2026-09-21T12:00:00.000Z', used: null, total: null }],
  [
    'a lock that is over',
    { timelock: { ...lock, time_enforcement_ends: NOW.getTime() } },
    { state: 'open', until: null, used: null, total: null },
  ],
  ...[1e15, 8.64e15, 1e300].map((end): [string, object, object] => [
    `a lock until further than dates go (${end})`,
    { timelock: { ...lock, time_enforcement_ends: end } },
    { state: 'locked', until: '9999-12-31T23:59:59.999Z', used: null, total: null },
  ]),
  ['a lock without an end', { timelock: { state: 'HIDDEN' } }, { state: 'open', until: null, used: null, total: null }],
  ['a cap', { capping: cap }, { state: 'capped', until: '2026-10-01T00:00:00.000Z', used: 50, total: 50 }],
  [
    'a warning',
    { capping: { ...cap, capping_status: 'SECOND_WARNING', used_quota: 45 } },
    { state: 'open', until: null, used: 45, total: 50 },
  ],
  [
    'a cap of a cycle that is over',
    { capping: { ...cap, cycle_end_timestamp: NOW.getTime() / 1000 - 1 } },
    { state: 'open', until: null, used: null, total: 50 },
  ],
  [
    'numbers that are none',
    { capping: { ...cap, used_quota: 'many', total_quota: 1.5 } },
    { state: 'capped', until: '2026-10-01T00:00:00.000Z', used: null, total: null },
  ],
  [
    'a lock and a cap: the later end counts',
    { timelock: lock, capping: cap },
    { state: 'locked', until: '2026-10-01T00:00:00.000Z', used: 50, total: 50 },
  ],
])('reads %s', (_what, said, limits) => {
  expect(limitsOf({ ...NOTHING, ...said }, NOW)).toEqual(limits);
});
