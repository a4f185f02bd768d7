import { expect, onTestFinished, test, vi } from 'vitest';
import { localTime } from '../src/local-time.ts';

test.each([
  ['America/Argentina/Buenos_Aires', '2026-11-25T05:00:07.000Z', '2026-11-25 02:00:07 -03:00'],
  ['Asia/Kolkata', '2026-11-25T23:59:59.999Z', '2026-11-26 05:29:59 +05:30'],
  ['UTC', '2026-11-25T05:00:07Z', '2026-11-25 05:00:07 +00:00'],
])('a time for people is of the clock in %s, with its zone', (zone, iso, shown) => {
  vi.stubEnv('TZ', zone);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(localTime(iso)).toBe(shown);
  expect(localTime(new Date(iso))).toBe(shown);
});

test('what is no time stays as it is', () => expect(localTime('at some time')).toBe('at some time'));
