import { Cron } from 'croner';
import type { StateReading } from '../../state/read-only.ts';
import type { SnapshotRow } from '../../state/state-store.ts';
import { type Finding, found } from '../finding.ts';
import type { Ground } from '../ground.ts';
import { awaited } from './transfers.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A first snapshot follows a login within seconds; a slow vault gets this long. */
const FIRST_MS = HOUR_MS;
/** A round over many sessions takes its time. */
const ROUND_MS = 2 * HOUR_MS;
/** Where nothing is taken by the clock, a snapshot is old after this. */
const OLD_MS = 7 * DAY_MS;
/** A session whose snapshots are this old, and none of them proven lately, has never been looked after. */
const UNPROVEN_MS = 30 * DAY_MS;
const GRACE_MS = 7 * DAY_MS;

/** Whether every login has a snapshot that is recent, and was proven good. */
export async function checkSnapshots({ state, config, machine, profiles }: Ground): Promise<Finding[]> {
  if (state === null) return [];
  const now = machine.now();
  const coming = awaited(state);
  return state.sessions
    .filter(({ name, state: stands, caughtUpTo }) => caughtUpTo !== null && stands !== 'MOVED' && !coming.has(name))
    .flatMap(({ name, createdAt }) => {
      const record = profiles.find((profile) => profile.name === name)?.record;
      const since = record?.committedAt ?? record?.createdAt ?? createdAt;
      return [...failures(name, state), ...judge(name, since, state.snapshots(name), config.snapshots.schedule, now)];
    });
}

function failures(session: string, state: StateReading): Finding[] {
  const failure = state.failure(session);
  const drill = state.lastDrill(session);
  return [
    ...(failure === null
      ? []
      : [found('problem', 'snapshot_failed', session, { session, at: failure.at, detail: failure.detail })]),
    ...(drill === null || drill.ok
      ? []
      : [found('problem', 'drill_failed', session, { session, at: drill.at, snapshot: drill.id })]),
  ];
}

function judge(session: string, loginAt: string, all: SnapshotRow[], schedule: string | null, now: Date): Finding[] {
  const latest = all.sort((a, b) => (a.at < b.at ? 1 : -1))[0];
  if (latest === undefined)
    return ageOf(loginAt, now) < FIRST_MS ? [] : [found('problem', 'snapshot_none', session, { session })];
  const about = { session, snapshot: latest.id, at: latest.at };
  return [
    ...(latest.verified === false ? [found('problem', 'snapshot_damaged', session, about)] : []),
    ...(isOld(latest.at, schedule, now) ? [found('warning', 'snapshot_old', session, about)] : []),
    ...(isUnproven(all, now) ? [found('warning', 'snapshot_unverified', session, about)] : []),
  ];
}

/** Older than two turns of the clock: one may be missed by a night's restart. */
function isOld(at: string, schedule: string | null, now: Date): boolean {
  if (schedule === null) return ageOf(at, now) > OLD_MS;
  const cron = new Cron(schedule, { paused: true });
  try {
    const first = cron.nextRun(new Date(at));
    const second = first === null ? null : cron.nextRun(first);
    return second !== null && now.getTime() - second.getTime() > ROUND_MS;
  } finally {
    cron.stop();
  }
}

function isUnproven(all: readonly SnapshotRow[], now: Date): boolean {
  const oldest = all.at(-1);
  if (oldest === undefined || ageOf(oldest.at, now) < GRACE_MS) return false;
  return !all.some(({ verifiedAt }) => verifiedAt !== null && ageOf(verifiedAt, now) < UNPROVEN_MS);
}

function ageOf(at: string, now: Date): number {
  return now.getTime() - Date.parse(at);
}
