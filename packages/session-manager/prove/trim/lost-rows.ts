import type { Census } from '@leadmaster/protocol';

/** What a page has fewer of than before. A page that did not count itself proves nothing, and is told as well. */
export function lostRows(before: Census | null, after: Census | null): string[] {
  if (before === null || after === null) return ['the page did not count its rows'];
  const lost = Object.entries(before.rows).flatMap(([store, count]) => {
    const left = after.rows[store] ?? 0;
    return left < count ? [`${store} had ${count} rows and has ${left}`] : [];
  });
  if (after.localStorage === 0 && before.localStorage > 0) lost.push('localStorage is empty');
  return lost;
}
