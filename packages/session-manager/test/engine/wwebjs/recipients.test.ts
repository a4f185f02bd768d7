import { expect, test } from 'vitest';
import { otherSpellings } from '../../../src/engine/wwebjs/recipients.ts';

test.each([
  ['5491112345678', ['541112345678']],
  ['541112345678', ['5491112345678']],
  ['5215512345678', ['525512345678']],
  ['525512345678', ['5215512345678']],
  ['5511987654321', ['551187654321']],
  ['551187654321', ['5511987654321']],
  ['4915112345678', []],
])('%s is also written %j', (digits, spellings) => {
  expect(otherSpellings(digits)).toEqual(spellings);
});
