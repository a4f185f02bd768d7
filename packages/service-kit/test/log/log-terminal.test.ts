import { expect, test } from 'vitest';
import { createLogger, prettyLines } from '../../src/log/log.ts';

const EVIL = '\u001b[2J\u009b31m\u007f\u202e\r\nname';
const COMMANDS = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

function logged(format: (line: string) => string): string {
  let text = '';
  const log = createLogger(
    { level: 'trace' },
    {
      write: (line) => {
        text += format(line);
      },
    },
  );
  log.warn({ session: EVIL, deep: { name: [EVIL] }, err: new Error(EVIL) }, EVIL);
  return text;
}

test('a JSON line is the same to programs, and says nothing to a terminal', () => {
  const line = logged((text) => text);
  expect(line).not.toMatch(COMMANDS);
  expect(line.match(/\n/g)).toHaveLength(1);
  expect(JSON.parse(line)).toMatchObject({ msg: EVIL, session: EVIL, deep: { name: [EVIL] }, err: { message: EVIL } });
});

test('a line for people has it written out', () => {
  const text = logged(prettyLines(false));
  expect(text).not.toMatch(COMMANDS);
  expect(text).toContain('\\u001b[2J\\u009b31m\\u007f\\u202e\\r\\nname');
  expect(text).toMatch(/WARN/);
});
