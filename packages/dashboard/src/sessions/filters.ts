import type { HubSession } from '@leadmaster/protocol';
import { computed, type ReadonlySignal } from '@preact/signals';
import { query } from '../model/router.ts';
import { GROUPS, type Group, groupOf, urgencyOf } from '../model/states.ts';
import { sessions } from '../service/sessions.ts';

/** What the address narrows the list to. Empty: not at all. */
export const filters = computed(() => {
  const part = (name: string): string => query.value.get(name) ?? '';
  return { q: part('q').toLowerCase(), state: part('state'), tenant: part('tenant'), machine: part('machine') };
});

/** In the place of a tenant's name: the sessions of the operator, which have none. */
export const NO_TENANT = '-';

/** What is shown, the most urgent first. */
export const shown = computed(() => [...sessions.value.values()].filter(fits).sort(byUrgency));

/** The same by how they stand. */
export const groups = computed(() => {
  const by = Map.groupBy(shown.value, groupOf);
  return GROUPS.map((group): [Group, HubSession[]] => [group, by.get(group) ?? []]).filter(
    ([, items]) => items.length > 0,
  );
});

/** How many there are of each kind, under any filters. */
export const counts = computed(() => {
  const all: Record<Group, number> = { trouble: 0, passing: 0, ready: 0, resting: 0 };
  for (const session of sessions.value.values()) all[groupOf(session)] += 1;
  return all;
});

export const tenants = namesOf((session) => session.tenant ?? NO_TENANT);
export const machines = namesOf((session) => session.machine ?? '');

/** Each name once. Sessions that change without changing those leave the list as it is. */
function namesOf(nameOf: (session: HubSession) => string): ReadonlySignal<string[]> {
  const text = computed(() => [...new Set([...sessions.value.values()].map(nameOf))].sort().join('\n'));
  return computed(() => text.value.split('\n').filter((name) => name !== ''));
}

function byUrgency(one: HubSession, other: HubSession): number {
  return urgencyOf(one) < urgencyOf(other) ? -1 : 1;
}

function fits(session: HubSession): boolean {
  const { q, state, tenant, machine } = filters.value;
  if (state !== '' && groupOf(session) !== state && session.state !== state) return false;
  if (tenant !== '' && (session.tenant ?? NO_TENANT) !== tenant) return false;
  if (machine !== '' && session.machine !== machine) return false;
  return q === '' || textOf(session).includes(q);
}

const texts = new WeakMap<HubSession, string>();

/** What a search looks through. */
function textOf(session: HubSession): string {
  const known = texts.get(session);
  if (known !== undefined) return known;
  const { name, account, metadata } = session;
  const text = [name, account?.phone, account?.name, ...Object.entries(metadata).flat()].join('\n').toLowerCase();
  texts.set(session, text);
  return text;
}
