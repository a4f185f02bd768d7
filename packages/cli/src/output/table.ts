import { visible } from '@leadmaster/protocol';
import Table from 'cli-table3';
import { fitted, GAP } from './fit.ts';
import { ink } from './ink.ts';
import type { Printer } from './printer.ts';

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'mid'].flatMap((row) => ['', '-mid', '-left', '-right'].map((end) => [`${row}${end}`, ''])),
);

interface TableOptions {
  /** Indexes of the columns that go first where a terminal is too narrow for all. */
  lesser?: readonly number[];
}

/**
 * Columns under bold headings, without lines: as easy for `awk` as for eyes. A row is one line, but on a terminal that is
 * narrower than the table.
 */
export function table(
  print: Printer,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { lesser = [] }: TableOptions = {},
): string {
  const cells = [head.map(print.paint.bold), ...rows].map((row) => row.map(visible));
  const [top = [], ...below] = (print.columns === null ? cells : fitted(cells, print.columns, lesser)).map(inked);
  const made = new Table({
    head: top,
    chars: {
      ...NO_LINES,
      left: '',
      right: '',
      middle: ' '.repeat(GAP),
      'left-mid': '',
      'mid-mid': '',
      'right-mid': '',
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of below) made.push(row);
  const lines = made.toString().split('\n');
  return ink.own(lines.map((line) => line.trimEnd()).join('\n'));
}

/** Cells in which only what is ours commands the terminal; the line breaks in them are those of `fitted`. */
function inked(row: readonly string[]): string[] {
  return row.map((cell) => cell.split('\n').map(ink.line).join('\n'));
}
