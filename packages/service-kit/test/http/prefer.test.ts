import { expect, test } from 'vitest';
import { prefersAsync } from '../../src/http/prefer.ts';

test('respond-async is found among other preferences', () => {
  for (const header of [
    'respond-async',
    ' Respond-Async ',
    'respond-async, wait=10',
    'wait=10,respond-async',
    'return=minimal; foo="a;b,c" , respond-async',
    'foo; bar; baz="x\\"y", ,respond-async;x=1; y',
    'respond-async=""',
    'respond-async = ; why="quick"',
    ',,respond-async',
  ]) {
    expect([header, prefersAsync(header)]).toEqual([header, true]);
  }
});

test('nothing else is taken for it', () => {
  for (const header of [
    undefined,
    '',
    ',',
    'respond-asynchronously',
    'x-respond-async',
    'respond-async=no',
    'respond-async=1',
    'foo="respond-async"',
    'foo="a, respond-async"',
    'foo; respond-async',
    'foo="a, respond-async',
    'foo bar, respond-async',
    '"respond-async"',
    'handling=lenient',
  ]) {
    expect([header, prefersAsync(header)]).toEqual([header, false]);
  }
});

test('no header is slow to read', () => {
  const before = process.cpuUsage();
  for (const piece of ['a;', 'a= ', ' ;', '"\\"', 'a="', ', ', 'a;b=" "; ', '=']) {
    prefersAsync(piece.repeat(8_000));
    prefersAsync(`${piece.repeat(8_000)}\0`);
    prefersAsync(`a${piece.repeat(8_000)}\0`);
  }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(1_000);
});
