import {
  CLOCK_FACT,
  isDoubted,
  parseState,
  type SnapshotRow,
  type StateReading,
  secondRound,
} from '@leadmaster/session-manager/installation';
import { contradictory, sequenceOf } from '@leadmaster/vault';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';
import { linkedHere } from './transfers.ts';

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
/** Clocks of two machines on one vault differ by less. */
const AHEAD_MS = HOUR_MS;

/** Whether every login has a snapshot that is recent, and was proven good. */
export async function checkSnapshots({ state, config, machine, profiles, paths }: Installation): Promise<Finding[]> {
  if (state === null) return [];
  const now = machine.now();
  const sessions = linkedHere(state);
  return [
    ...doubtedClock(state, paths.root),
    ...sessions.flatMap(({ name, createdAt }) => {
      const record = profiles.find((profile) => profile.name === name)?.record;
      const since = record?.committedAt ?? record?.createdAt ?? createdAt;
      const all = newestFirst(state.snapshots(name));
      const own = newestFirst(state.snapshotsOfLink(name));
      return [
        ...failures(name, state, own),
        ...judge(name, since, own, config.snapshots.schedule, now),
        ...olderDamage(
          name,
          all.filter(({ id }) => id !== own[0]?.id),
        ),
        ...misdated(name, all, now),
      ];
    }),
  ];
}

function failures(session: string, state: StateReading, own: readonly SnapshotRow[]): Finding[] {
  const failure = state.failure(session);
  const drill = state.lastDrill(session);
  // A snapshot that has left the history cannot be looked at; one of another link says nothing of this link.
  const isThere = own.some(({ id }) => id === drill?.id);
  return [
    ...(failure === null
      ? []
      : [found('problem', 'snapshot_failed', session, { session, at: failure.at, detail: failure.detail })]),
    ...(drill === null || drill.ok || !isThere
      ? []
      : [found('problem', 'drill_failed', session, { session, at: drill.at, snapshot: drill.id })]),
  ];
}

function newestFirst(snapshots: readonly SnapshotRow[]): SnapshotRow[] {
  return snapshots.toSorted((a, b) => sequenceOf(b.id) - sequenceOf(a.id));
}

/** Whether the login in place is saved. `own`: the snapshots of its link, newest first; those of another save nothing of it. */
function judge(
  session: string,
  loginAt: string,
  own: readonly SnapshotRow[],
  schedule: string | null,
  now: Date,
): Finding[] {
  const [latest] = own;
  if (latest === undefined)
    return ageOf(loginAt, now) < FIRST_MS ? [] : [found('problem', 'snapshot_none', session, { session })];
  const about = { session, snapshot: latest.id, at: latest.at };
  return [
    ...(latest.verified === false ? [found('problem', 'snapshot_damaged', session, about)] : []),
    ...(isOld(latest.at, schedule, now) ? [found('warning', 'snapshot_old', session, about)] : []),
    ...(isUnproven(own, now) ? [found('warning', 'snapshot_unverified', session, about)] : []),
  ];
}

/** What a verification has found, and nothing that can be seen at a glance. */
function olderDamage(session: string, older: readonly SnapshotRow[]): Finding[] {
  const ids = older.filter(({ verified }) => verified === false).map(({ id }) => id);
  const [snapshot] = ids;
  if (snapshot === undefined) return [];
  const about = { session, snapshot, count: ids.length, snapshots: ids.join(', ') };
  return [found('problem', 'snapshot_older_damaged', session, about)];
}

/**
 * Snapshots whose dates lie ahead, or contradict the order in which they were taken: a clock was or is wrong. A date
 * ahead is wrong for certain, so it contradicts no other.
 */
function misdated(session: string, newestFirst: readonly SnapshotRow[], now: Date): Finding[] {
  const isAhead = ({ at }: SnapshotRow): boolean => -ageOf(at, now) > AHEAD_MS;
  const oldestFirst = newestFirst.toReversed();
  const against = new Set(contradictory(oldestFirst.filter((one) => !isAhead(one))));
  const wrong = oldestFirst.filter((one) => isAhead(one) || against.has(one));
  const [first] = wrong;
  if (first === undefined) return [];
  const about = { session, count: wrong.length, snapshot: first.id, at: first.at, now: now.toISOString() };
  return [found('warning', 'snapshot_misdated', session, about)];
}

/** The clock by which the service deletes what is old, where it is not the machine's. */
function doubtedClock(state: StateReading, where: string): Finding[] {
  const clock = parseState(state.facts.get(CLOCK_FACT));
  if (clock === null || !isDoubted(clock)) return [];
  const iso = (ms: number): string => new Date(ms).toISOString();
  return [found('warning', 'clock_jumped', where, { clock: iso(clock.wall), believed: iso(clock.believed) })];
}

/** Older than two turns of the clock: one may be missed by a night's restart. */
function isOld(at: string, schedule: string | null, now: Date): boolean {
  if (schedule === null) return ageOf(at, now) > OLD_MS;
  const second = secondRound(schedule, new Date(at));
  return second !== null && now.getTime() - second.getTime() > ROUND_MS;
}

function isUnproven(all: readonly SnapshotRow[], now: Date): boolean {
  const oldest = all.at(-1);
  if (oldest === undefined || ageOf(oldest.at, now) < GRACE_MS) return false;
  return !all.some(({ verifiedAt }) => verifiedAt !== null && ageOf(verifiedAt, now) < UNPROVEN_MS);
}

function ageOf(at: string, now: Date): number {
  return now.getTime() - Date.parse(at);
}
