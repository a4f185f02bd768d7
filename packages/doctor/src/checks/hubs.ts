import { HUB_UNSEEN_DAYS } from '@leadmaster/protocol';
import type { HubRow, StateReading } from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MEGABYTE = 2 ** 20;

/** Whether the hubs that read the log of events here keep up, and what they hold back. */
export async function checkHubs({ state, machine, config }: Installation): Promise<Finding[]> {
  if (state === null) return [];
  const now = machine.now().getTime();
  const { keepBytes } = config.retention;
  return [
    ...state.hubs.all().flatMap((hub) => [...missed(state, hub), ...standing(state, hub, { now, keepBytes })]),
    ...state
      .forgottenHubs()
      .map(({ hub, at, seenAt }) => found('note', 'hub_forgotten', hub, { hub, at, seen: seenAt })),
  ];
}

/** What had to go although the hub has not confirmed it. */
function missed({ hubs }: StateReading, { id, confirmed }: HubRow): Finding[] {
  const upTo = hubs.droppedUpTo();
  return confirmed < upTo ? [found('warning', 'hub_missed', id, { hub: id, upTo, confirmed })] : [];
}

/** How far behind it is: the worst that is to be said of it. */
function standing(
  state: StateReading,
  { id, confirmed, seenAt }: HubRow,
  { now, keepBytes }: { now: number; keepBytes: number },
): Finding[] {
  const { events, bytes, since } = state.measureEvents(confirmed);
  const about = { hub: id, events, since: since ?? '', seen: seenAt, days: HUB_UNSEEN_DAYS };
  if (bytes > keepBytes / 2) {
    const [size, limit] = [Math.ceil(bytes / MEGABYTE), keepBytes / MEGABYTE];
    return [found('warning', 'hub_holds_much', id, { ...about, size, limit })];
  }
  if (now - Date.parse(seenAt) > DAY_MS) return [found('warning', 'hub_unseen', id, about)];
  if (since !== null && now - Date.parse(since) > HOUR_MS) return [found('note', 'hub_late', id, about)];
  return [];
}
