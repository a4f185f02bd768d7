import { ink } from './ink.ts';
import { wrapped } from './words.ts';

/** Columns of spaces between two columns of a table. */
export const GAP = 2;
/** A cell of so few characters stays on one line: a size, an age, a verdict. */
const WHOLE = 10;

/**
 * The cells of a table, its head first, for a terminal of so many columns. A table that fits stays as it is. In one that does
 * not, the widest columns break between words; where that is not enough, the columns of `lesser` go one by one, and then
 * words are broken.
 */
export function fitted(
  cells: readonly (readonly string[])[],
  columns: number,
  lesser: readonly number[] = [],
): string[][] {
  const natural = measure(cells, ink.width);
  const floors = measure(cells, narrowest);
  const gone = new Set<number>();
  const isShown = (_: unknown, column: number): boolean => !gone.has(column);
  const room = (): number => columns - GAP * (natural.length - gone.size - 1);
  for (const column of lesser) if (sum(floors.filter(isShown)) > room()) gone.add(column);
  const tight = sum(floors.filter(isShown)) > room();
  const least = floors.map((width) => (tight ? Math.min(width, WHOLE) : width)).filter(isShown);
  const widths = shrunk(natural.filter(isShown), least, room());
  return cells.map((row) => row.filter(isShown).map((cell, at) => folded(cell, widths[at] ?? WHOLE)));
}

/** The largest measure in each column. */
function measure(cells: readonly (readonly string[])[], of: (cell: string) => number): number[] {
  return (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => of(row[column] ?? ''))));
}

function narrowest(cell: string): number {
  const width = ink.width(cell);
  return width <= WHOLE ? width : Math.max(...cell.split(' ').map(ink.width));
}

/** Widths that fit into the room, taken from the widest first, and none below its least. */
function shrunk(natural: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...natural];
  while (sum(widths) > room) {
    const spare = widths.map((width, at) => (width > (least[at] ?? 0) ? width : 0));
    const widest = Math.max(...spare);
    if (widest === 0) break;
    widths[spare.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function folded(cell: string, width: number): string {
  if (ink.width(cell) <= width) return cell;
  const words = cell.split(' ').flatMap((word) => (ink.width(word) > width ? pieces(word, width) : word));
  return wrapped(words.join(' '), width).join('\n');
}

/** A word in pieces, after a `_` or `/` where there is one. With a colour inside of it, it stays whole. */
function pieces(word: string, width: number): string[] {
  const { before, inside, after } = ink.apart(word);
  if (inside.length !== ink.width(inside)) return [word];
  const parts = inside.match(new RegExp(`.{1,${width}}$|.{1,${width - 1}}[_/]|.{1,${width}}`, 'gu')) ?? [];
  return parts.map((part, at) => `${at === 0 ? before : ''}${part}${at === parts.length - 1 ? after : ''}`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
