import { expect, test } from 'vitest';
import { sentence } from '../src/errors.ts';

test.each([
  ['the file is not there', 'the file is not there.'],
  ['the file is not there.', 'the file is not there.'],
  ['is it there?', 'is it there?'],
  ['no!', 'no!'],
  ['and so on…', 'and so on…'],
])('%j as a sentence is %j, with one mark at its end', (text, told) => {
  expect(sentence(text)).toBe(told);
  expect(sentence(sentence(text))).toBe(told);
});
