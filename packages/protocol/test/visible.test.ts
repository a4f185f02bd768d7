import { expect, test } from 'vitest';
import { visible, visibleLines } from '../src/index.ts';

test('what commands a terminal is written out', () => {
  expect(visible('a\u001b[2J\u001b]0;x\u0007b')).toBe('a\\u001b[2J\\u001b]0;x\\u0007b');
  expect(visible('\u0000\u007f\u0085\u009b31m')).toBe('\\u0000\\u007f\\u0085\\u009b31m');
  expect(visible('one\ntwo\r\tthree')).toBe('one\\ntwo\\r\\tthree');
  expect(visibleLines('one\ntwo\r\n')).toBe('one\ntwo\\r\n');
});

test('so is what turns text around, or breaks a line', () => {
  const controls = '\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';
  expect(visible(controls)).toBe(
    [...controls].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );
});

test('everything else stays as it is', () => {
  const text = 'Año 2026: "ok" \\ שלום سلام 你好 👩‍👩‍👧 e\u0301';
  expect(visible(text)).toBe(text);
});

test('what is not seen is written out, so that no name looks like another', () => {
  const unseen = [
    '\u200b',
    '\u200c',
    '\u200d',
    '\u2060',
    '\ufeff',
    '\u00ad',
    '\u3164',
    '\ufe0f',
    '\u{e0041}',
    '\u{e0100}',
  ];
  const shown = unseen.map((one) => visible(`ven${one}tas`));
  expect(new Set(shown).size).toBe(unseen.length);
  expect(shown[0]).toBe('ven\\u200btas');
  expect(shown[8]).toBe('ven\\u{e0041}tas');
  expect(visible('\u200d')).toBe('\\u200d');
});

test('what emoji and other scripts join stays', () => {
  for (const text of ['👩‍👩‍👧 ❤️ 1️⃣ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 Ñandú', 'می‌خواهم', 'क्‍ष', '葛\u{e0100}']) expect(visible(text)).toBe(text);
});

test('a long text of letters of flags, which is seen nowhere, is written out in a time that grows with its length alone', () => {
  const hidden = '\u{e0061}'.repeat(100_000);
  const began = performance.now();
  expect(visible(hidden)).toBe('\\u{e0061}'.repeat(100_000));
  // Not even a flag hides it.
  expect(visible(`\u{1f3f4}${hidden}`)).toMatch(/^\u{1f3f4}(\u{e0061}){16}(\\u\{e0061\}){99984}$/u);
  // It took 6 s for each, and four times that for twice as much.
  expect(performance.now() - began).toBeLessThan(5_000);
});
