import type { HubSession } from '@leadmaster/protocol';
import { computed } from '@preact/signals';
import { sessions } from '../service/sessions.ts';
import { groupOf } from './states.ts';

/** How many sessions something has, and how many of them wait for the operator. */
export interface Tally {
  all: number;
  trouble: number;
}

/** The live sessions of each machine, and of each tenant. */
export const byMachine = computed(() => tally((session) => session.machine));
export const byTenant = computed(() => tally((session) => session.tenant));

/** Tenants that do not exist, by the names of sessions that wait for them. */
export const missingTenants = computed(() =>
  tally(({ name, noTenant }) => (noTenant === true ? (name.split('.')[0] ?? null) : null)),
);

function tally(keyOf: (session: HubSession) => string | null): ReadonlyMap<string, Tally> {
  const found = new Map<string, Tally>();
  for (const session of sessions.value.values()) {
    const key = keyOf(session);
    if (key === null) continue;
    const { all, trouble } = found.get(key) ?? { all: 0, trouble: 0 };
    found.set(key, { all: all + 1, trouble: trouble + (groupOf(session) === 'trouble' ? 1 : 0) });
  }
  return found;
}
