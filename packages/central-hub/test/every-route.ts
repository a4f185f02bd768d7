import { HUB_ROUTES, type Route } from '@leadmaster/protocol';
import type { Ask } from './hub.ts';

export const ALL_ROUTES: readonly Route[] = Object.values(HUB_ROUTES);

/** Names that are of the right form; of what they name there is nothing. */
const NAMES: Readonly<Record<string, string>> = {
  ...{ session: 'none', snapshot: 'none', message: 'none', chat: '5491122334455', phone: '5491122334455' },
  ...{ operation: 'op_none', entry: 'none', hub: 'none', tenant: 'none', machine: 'none', key: 'nonenonenone' },
};

/** The path of a route with names in it. */
export function pathOf({ path }: Route, names: Readonly<Record<string, string>> = {}): string {
  return path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => names[name] ?? (NAMES[name] as string));
}

/** A request that no route can carry out: where a body is read, its length is a lie and it never comes. */
export function refusable(route: Route): [path: string, ask: Ask] {
  const { method, body } = route;
  const isRead = body !== undefined && method !== 'GET';
  // Routes for earlier services name the session by a header.
  const headers = { 'x-session': 'ventas', ...(isRead ? { 'content-type': 'text/plain' } : {}) };
  return [pathOf(route), { method, headers, ...(isRead ? { body: 'no JSON' } : {}) }];
}
