import type { Page } from './records.ts';

/** A page out of one row more than it holds: the row too many says that there is a next page. */
export function pageOf<Row, T>(
  rows: Row[],
  limit: number,
  nameOf: (row: Row) => string,
  made: (row: Row) => T,
): Page<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { items: kept.map(made), next: rows.length > limit && last !== undefined ? nameOf(last) : null };
}
