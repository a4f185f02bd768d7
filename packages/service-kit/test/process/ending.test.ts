import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Ending } from '../../src/process/ending.ts';

function ending(close: () => Promise<void>) {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  const sink = { flush: async () => void lines.push('flushed') };
  return { lines, ending: new Ending({ what: 'the hub', log, sink, close }) };
}

test('a service ends once, with the first code that was asked for, after its last lines', async () => {
  const { ending: end, lines } = ending(async () => void lines.push('closed'));
  expect(end.hasBegun).toBe(false);
  await Promise.all([end.begin('SIGTERM', 3), end.begin('SIGINT')]);
  expect([end.hasBegun, await end.finished]).toEqual([true, 3]);
  expect(lines).toEqual(['the hub shuts down', 'closed', 'the hub has shut down', 'flushed']);
});

test('what cannot be ended in order is told, and makes the code 1', async () => {
  const { ending: end, lines } = ending(async () => {
    throw new Error('a browser stays');
  });
  await end.begin('SIGTERM');
  expect(await end.finished).toBe(1);
  expect(lines).toContain('the shutdown of the hub left something behind');
});
