import type { HubSession } from '@leadmaster/protocol';
import { computed } from '@preact/signals';
import { query } from '../model/router.ts';
import { byUrgency, GROUPS, type Group, groupOf } from '../model/states.ts';
import { sessions } from '../service/sessions.ts';

/** What the address narrows the list to. Empty: not at all. */
export const filters = computed(() => {
  const part = (name: string): string => query.value.get(name) ?? '';
  return { q: part('q'), state: part('state'), tenant: part('tenant'), machine: part('machine') };
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
  const all = [...sessions.value.values()];
  return GROUPS.map((group): [Group, number] => [group, all.filter((session) => groupOf(session) === group).length]);
});

export const tenants = computed(() => namesOf((session) => session.tenant ?? NO_TENANT));
export const machines = computed(() => namesOf((session) => session.machine ?? ''));

function namesOf(nameOf: (session: HubSession) => string): string[] {
  return [...new Set([...sessions.value.values()].map(nameOf))].filter((name) => name !== '').sort();
}

function fits(session: HubSession): boolean {
  const { q, state, tenant, machine } = filters.value;
  if (state !== '' && groupOf(session) !== state && session.state !== state) return false;
  if (tenant !== '' && (session.tenant ?? NO_TENANT) !== tenant) return false;
  if (machine !== '' && session.machine !== machine) return false;
  return q === '' || textOf(session).includes(q.toLowerCase());
}

function textOf({ name, account, metadata }: HubSession): string {
  const notes = Object.entries(metadata).flat();
  return [name, account?.phone, account?.name, ...notes].join('\n').toLowerCase();
}
