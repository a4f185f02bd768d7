import { stripVTControlCharacters } from 'node:util';
import { accountOf, PHONE } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { GAP } from '../src/output/fit.ts';
import { ink } from '../src/output/ink.ts';
import { Printer } from '../src/output/printer.ts';
import { table } from '../src/output/table.ts';
import { wrappedAdvice } from '../src/output/words.ts';
import { ioOf, Sink, service } from './harness.ts';

const HEAD = ['NAME', 'WHY', 'BYTES', 'EXTRA'];
const ROWS = [
  ['ventas', 'a reason of many words that goes on and on until no terminal has room for it', '922 MB', '1'],
  ['soporte-del-turno-noche', '-', '1.5 GB', '2'],
];

/** As it comes out on a terminal of so many columns; null = into a file. */
function printed(columns: number | null, rows = ROWS, lesser: number[] = [], env: Record<string, string> = {}): string {
  const stdout = new Sink();
  if (columns !== null) Object.assign(stdout, { isTTY: true, columns, rows: 24 });
  const print = new Printer(ioOf({ stdout, env: { NO_COLOR: '1', ...env } }), false);
  print.line(table(print, HEAD, rows, { lesser }));
  return stdout.text.trimEnd();
}

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('a table on a terminal', () => {
  test('that is wide enough is as it is in a file, a row to a line', () => {
    expect(printed(200)).toBe(printed(null));
    expect(printed(widest(printed(null)))).toBe(printed(null));
    expect(printed(null).split('\n')).toHaveLength(3);
  });

  test('that is not wide enough breaks its longest cells between words, and nothing is lost', () => {
    const text = printed(60);
    expect(widest(text)).toBeLessThanOrEqual(60);
    expect(text).toMatch(/^ventas +a reason of .* 922 MB {2}1$/m);
    const words = (from: string): string[] => from.split(/\s+/).sort();
    expect(words(text)).toEqual(words(printed(null)));
  });

  test('that is much too narrow loses the lesser columns before a word is broken', () => {
    const text = printed(48, ROWS, [3]);
    expect(widest(text)).toBeLessThanOrEqual(48);
    expect(text).toContain('EXTRA');
    const narrow = printed(40, ROWS, [3, 2]);
    expect(narrow).not.toContain('EXTRA');
    expect(narrow).toContain('soporte-del-turno-noche');
    expect(widest(narrow)).toBeLessThanOrEqual(40);
  });

  test('breaks a word that alone is too wide', () => {
    const path = 'Default/Service Worker/'.replaceAll(' ', '_').repeat(8);
    const text = printed(80, [['ventas', path, '1 B', '1']]);
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(
      text
        .split('\n')
        .slice(1)
        .map((line) => line.slice(6 + GAP).split('  ')[0])
        .join(''),
    ).toBe(path);
  });

  test('a line break from outside is written out, and a colour ends with its cell', () => {
    expect(printed(60, [['a\nb', '-', '-', '-']])).toContain('a\\nb');
    const red = ink.colors(true).red('many words in red that need more than a line of this terminal');
    const lines = printed(40, [['x', red, '1 B', '1']], [], { NO_COLOR: '', FORCE_COLOR: '1' })
      .split('\n')
      .slice(1);
    for (const line of lines) expect(line.match(/\p{Cc}\[31m/gu)?.length).toBe(line.match(/\p{Cc}\[39m/gu)?.length);
  });
});

test('advice breaks between words, and a command in it stays whole', () => {
  const text = 'Look at it, then: ./leadmaster snapshot restore ventas 1-00000001 --start. Or wait (a day).';
  expect(wrappedAdvice(text, 30)).toEqual([
    'Look at it, then:',
    './leadmaster snapshot restore ventas 1-00000001 --start.',
    'Or wait (a day).',
  ]);
  expect(wrappedAdvice(text, 200)).toEqual([text]);
});

test('the sessions of a service fit into 80 columns, and --json has what does not', async () => {
  const { cli, engine, given, stage, until } = await service({
    env: { BACKOFF_FIRST_MS: '600000', BACKOFF_MAX_S: '600' },
  });
  await given('ventas', 'QR_REQUIRED');
  await stage.scan('ventas', accountOf(PHONE, 'Ventas de la zona norte'));
  await until('ventas', 'READY');
  await given('soporte-noche', 'INITIALIZING');
  (await engine.runOf('soporte-noche')).tell({ type: 'lost', reason: 'page_unreachable', detail: 'no route' });
  await until('soporte-noche', 'DISCONNECTED_RECOVERABLE');
  // The next attempt is set a moment after the state.
  await expect.poll(async () => (await cli('sessions --json')).stdout).toContain('"nextAttemptAt": "');
  const terminal = { columns: 80, rows: 24 };
  const { stdout } = await cli('sessions', { terminal, env: { NO_COLOR: '1' } });
  expect(widest(stdout)).toBeLessThanOrEqual(80);
  const coloured = (await cli('sessions', { terminal, env: { FORCE_COLOR: '1' } })).stdout;
  // Time passes between two looks.
  const still = (text: string): string => text.replaceAll(/\d+ s/g, 'N s');
  expect(still(stripVTControlCharacters(coloured))).toBe(still(stdout));
  for (const word of ['soporte-noche', 'DISCONNECTED_RECOVERABLE', PHONE, 'reached']) expect(stdout).toContain(word);
  expect(stdout).not.toContain('MEMORY');
  expect((await cli('sessions', { terminal: { columns: 200, rows: 24 } })).stdout).toContain('MEMORY');
  const json = (await cli('sessions --json', { terminal })).stdout;
  expect(json).toBe((await cli('sessions --json')).stdout);
});
