import { expect, test } from 'vitest';
import { samePhone } from '../src/index.ts';

test.each([
  ['5491100000001', '541100000001', true],
  ['5215512345678', '525512345678', true],
  ['5511987654321', '551187654321', true],
  ['5491100000001', '5491100000002', false],
  ['551187654321', '551197654321', false],
  ['4915112345678', '495112345678', false],
  ['1', '1', true],
])('%s and %s are one number: %s', (a, b, same) => {
  expect(samePhone(a, b)).toBe(same);
  expect(samePhone(b, a)).toBe(same);
});
