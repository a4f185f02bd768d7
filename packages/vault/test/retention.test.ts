import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contradictory, parseRetention, type RetentionPolicy, retained } from '../src/index.ts';

const policy: fc.Arbitrary<RetentionPolicy> = fc.record({
  last: fc.nat(5),
  daily: fc.nat(5),
  weekly: fc.nat(5),
  monthly: fc.nat(5),
});
const snapshots = fc
  .uniqueArray(fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2026, 11, 31) }), { maxLength: 60 })
  .map((times) => times.map((time, at) => ({ id: `s${at}`, at: new Date(time).toISOString() })));
const time = ({ at }: { at: string }) => Date.parse(at);

describe('retention', () => {
  test('keeps the newest under any policy, and nothing that is not there', () => {
    fc.assert(
      fc.property(snapshots, policy, (all, rules) => {
        const kept = retained(all, rules);
        const newest = all.toSorted((a, b) => time(b) - time(a))[0];
        if (newest !== undefined) expect(kept.has(newest.id)).toBe(true);
        expect([...kept.keys()].every((id) => all.some((one) => one.id === id))).toBe(true);
      }),
    );
  });

  test('keeps no more than the policy allows, and at least each rule in full', () => {
    fc.assert(
      fc.property(snapshots, policy, (all, rules) => {
        const reasons = [...retained(all, rules).values()].flat();
        const count = (rule: string) => reasons.filter((reason) => reason === rule).length;
        const periods = (length: number) => new Set(all.map(({ at }) => at.slice(0, length))).size;
        expect(count('last')).toBe(Math.min(all.length, Math.max(1, rules.last)));
        expect(count('daily')).toBe(Math.min(periods(10), rules.daily));
        expect(count('monthly')).toBe(Math.min(periods(7), rules.monthly));
        expect(count('weekly')).toBeLessThanOrEqual(rules.weekly);
      }),
    );
  });

  test('keeps the newest of each day, week and month', () => {
    fc.assert(
      fc.property(snapshots, policy, (all, rules) => {
        for (const [id, why] of retained(all, rules)) {
          const one = all.find((snapshot) => snapshot.id === id);
          if (one === undefined || !why.includes('daily')) continue;
          expect(all.some((other) => other.at.slice(0, 10) === one.at.slice(0, 10) && time(other) > time(one))).toBe(
            false,
          );
        }
      }),
    );
  });

  test('does not depend on the order, and forgets no more when it is applied again', () => {
    fc.assert(
      fc.property(snapshots, policy, (all, rules) => {
        const kept = new Set(retained(all, rules).keys());
        expect(new Set(retained(all.toReversed(), rules).keys())).toEqual(kept);
        const left = all.filter(({ id }) => kept.has(id));
        expect(new Set(retained(left, rules).keys())).toEqual(kept);
      }),
    );
  });

  test('keeps more under a policy that asks for more', () => {
    fc.assert(
      fc.property(snapshots, policy, (all, rules) => {
        const more = {
          last: rules.last + 1,
          daily: rules.daily + 1,
          weekly: rules.weekly + 1,
          monthly: rules.monthly + 1,
        };
        const kept = retained(all, more);
        for (const id of retained(all, rules).keys()) expect(kept.has(id)).toBe(true);
      }),
    );
  });

  test('counts weeks from Monday, across the turn of a year', () => {
    const all = ['2026-12-27', '2026-12-28', '2027-01-03', '2027-01-04'].map((day) => ({
      id: day,
      at: `${day}T12:00:00.000Z`,
    }));
    const kept = retained(all, parseRetention('weekly=3'));
    expect([...kept.keys()].sort()).toEqual(['2026-12-27', '2027-01-03', '2027-01-04']);
  });

  test('reads a policy, and refuses what is none', () => {
    expect(parseRetention('last=7,daily=7, weekly=4 ,monthly=6')).toEqual({ last: 7, daily: 7, weekly: 4, monthly: 6 });
    expect(parseRetention('daily=3')).toEqual({ last: 0, daily: 3, weekly: 0, monthly: 0 });
    for (const bad of ['', 'last', 'last=-1', 'last=x', 'hourly=3', 'last=1,last=2', 'last=0', 'last=1;daily=2']) {
      expect(() => parseRetention(bad), bad).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    }
  });

  describe('where the dates contradict the order of writing', () => {
    const DAY = 86_400_000;
    const today = Date.UTC(2026, 10, 29, 2);
    const policy = parseRetention('last=7,daily=7,weekly=4,monthly=6');
    const history = (times: number[]) =>
      times.map((time, at) => ({ id: `${at + 1}-00000000`, sequence: at + 1, at: new Date(time).toISOString() }));
    const nights = (count: number) => Array.from({ length: count }, (_, at) => today - (count - at) * DAY);

    test('a week of snapshots from a clock 400 days ahead does not push out the one of today', () => {
      const ahead = Array.from({ length: 7 }, (_, at) => today + 400 * DAY + at);
      const all = history([...ahead, today]);
      expect(retained(all, policy).get('8-00000000')).toContain('last');
      expect([...retained(all, parseRetention('daily=1')).keys()]).toEqual(['8-00000000']);
    });

    test('nor do they, or some from a clock that stood at 1970, push out the nights before them', () => {
      for (const wrong of [today + 400 * DAY, 0]) {
        const all = history([...nights(7), ...Array.from({ length: 7 }, (_, at) => wrong + at), today]);
        const kept = retained(all, policy);
        for (const id of [2, 3, 4, 5, 6, 15]) expect([...kept.keys()], `${wrong}`).toContain(`${id}-00000000`);
      }
    });

    test('the newest by the order of writing stays, with any dates', () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0, max: today }), { minLength: 1, maxLength: 40 }), (times) => {
          const all = history(times);
          expect(retained(all, policy).has(all.at(-1)?.id ?? '')).toBe(true);
          const wrong = contradictory(all);
          const right = all.filter((one) => !wrong.includes(one)).map(({ at }) => at);
          expect(right).toEqual(right.toSorted());
          expect(right.length).toBeGreaterThan(0);
        }),
      );
    });

    test('dates that agree with the order decide as they do without it', () => {
      fc.assert(
        fc.property(snapshots, (all) => {
          const ordered = all.toSorted((a, b) => time(a) - time(b)).map((one, sequence) => ({ ...one, sequence }));
          expect(new Set(retained(ordered, policy).keys())).toEqual(new Set(retained(all, policy).keys()));
        }),
      );
    });
  });
});
