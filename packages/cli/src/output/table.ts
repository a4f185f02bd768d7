import Table from 'cli-table3';
import { ink } from './ink.ts';
import type { Printer } from './printer.ts';

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'mid'].flatMap((row) => ['', '-mid', '-left', '-right'].map((end) => [`${row}${end}`, ''])),
);

/** Columns under bold headings, without lines: as easy for `awk` as for eyes. A row is always one line. */
export function table(print: Printer, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const { bold } = print.paint;
  const made = new Table({
    head: head.map((text) => ink.line(bold(text))),
    chars: { ...NO_LINES, left: '', right: '', middle: '  ', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows) made.push(row.map(ink.line));
  const lines = made.toString().split('\n');
  return ink.own(lines.map((line) => line.trimEnd()).join('\n'));
}
