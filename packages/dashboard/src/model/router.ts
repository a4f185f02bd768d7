import { computed, signal } from '@preact/signals';
import { PLACES, type Place } from './places.ts';

/** What is shown stands in the address, all of it, so that it can be shared. */
const address = signal(new URL(location.href));

addEventListener('popstate', () => {
  address.value = new URL(location.href);
});

export type View =
  | { name: 'sessions' }
  | { name: 'new' }
  | { name: 'session'; session: string }
  | { name: 'place'; place: Place; isNew: boolean }
  | { name: 'none' };

export const path = computed(() => address.value.pathname);
export const view = computed<View>(() => viewOf(path.value));
/** Counts the orders to go somewhere, also to where the page is already. */
export const arrivals = signal(0);
export const query = computed(() => address.value.searchParams);

/** Goes to another view of this page. */
export function go(path: string): void {
  history.pushState(null, '', path);
  address.value = new URL(location.href);
  scrollTo(0, 0);
  arrivals.value += 1;
}

/** Changes the address without another entry in the history: for a search that is being typed. */
export function replace(path: string): void {
  history.replaceState(null, '', path);
  address.value = new URL(location.href);
}

/** Sets parts of the query; an empty one is removed. */
export function setQuery(parts: Readonly<Record<string, string>>): void {
  const next = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(parts)) {
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  replace(`${address.value.pathname}${text === '' ? '' : `?${text}`}`);
}

export function pathOf(session: string): string {
  return `/sessions/${encodeURIComponent(session)}`;
}

/** The path of a view with a query; what is empty is left out. */
export function pathWith(path: string, parts: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')).toString();
  return text === '' ? path : `${path}?${text}`;
}

function viewOf(path: string): View {
  if (path === '/' || path === '/sign-in') return { name: 'sessions' };
  if (path === '/new') return { name: 'new' };
  const place = PLACES.find((each) => path === `/${each}` || (path === `/${each}/new` && each !== 'audit'));
  if (place !== undefined) return { name: 'place', place, isNew: path.endsWith('/new') };
  const [, session] = /^\/sessions\/([^/]+)$/.exec(path) ?? [];
  return session === undefined ? { name: 'none' } : { name: 'session', session: decodeURIComponent(session) };
}
