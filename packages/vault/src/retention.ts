import { LeadMasterError } from '@leadmaster/protocol';

/** How many snapshots stay: the newest ones, and the newest of so many days, weeks and months that have one. */
export interface RetentionPolicy {
  last: number;
  daily: number;
  weekly: number;
  monthly: number;
}

const RULES = ['last', 'daily', 'weekly', 'monthly'] as const;
export type RetentionRule = (typeof RULES)[number];

/** Reads `last=7,daily=7,weekly=4,monthly=6`; what is not named keeps nothing. */
export function parseRetention(text: string): RetentionPolicy {
  const policy: RetentionPolicy = { last: 0, daily: 0, weekly: 0, monthly: 0 };
  const seen = new Set<string>();
  for (const part of text.split(',')) {
    const match = /^\s*([a-z]+)\s*=\s*([0-9]{1,6})\s*$/.exec(part);
    const rule = RULES.find((name) => name === match?.[1]);
    if (rule === undefined || seen.has(rule)) throw badPolicy(text, part);
    seen.add(rule);
    policy[rule] = Number(match?.[2]);
  }
  if (RULES.every((rule) => policy[rule] === 0)) throw badPolicy(text, 'it would keep nothing');
  return policy;
}

/** What the policy needs to know of a snapshot. */
export interface Dated {
  id: string;
  at: string;
  /** Its place in the order in which they were written. Without it, dates alone decide. */
  sequence?: number;
}

/**
 * Which snapshots stay, and by which rules. Days, weeks (from Monday) and months are those of UTC. The newest snapshot
 * always stays, under every policy. A date that contradicts the order of writing comes from a clock that was
 * wrong: the order counts, and the snapshot counts to the day of the one before it.
 */
export function retained(snapshots: readonly Dated[], policy: RetentionPolicy): Map<string, RetentionRule[]> {
  const newestFirst = inOrder(snapshots).toReversed();
  const kept = new Map<string, RetentionRule[]>();
  const keep = (id: string, rule: RetentionRule) => kept.set(id, [...(kept.get(id) ?? []), rule]);
  for (const { id } of newestFirst.slice(0, Math.max(1, policy.last))) keep(id, 'last');
  for (const rule of ['daily', 'weekly', 'monthly'] as const) {
    const periods = new Set<string>();
    for (const snapshot of newestFirst) {
      const period = PERIOD[rule](new Date(snapshot.time));
      if (periods.has(period)) continue;
      if (periods.size >= policy[rule]) break;
      periods.add(period);
      keep(snapshot.id, rule);
    }
  }
  return kept;
}

/** Oldest first, each with the time that it counts for: they never go back. */
function inOrder(snapshots: readonly Dated[]): { id: string; time: number }[] {
  const sorted = snapshots.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0) || time(a) - time(b));
  const wrong = new Set(contradictory(sorted));
  let last = time(sorted.find((one) => !wrong.has(one)) ?? { id: '', at: new Date(0).toISOString() });
  return sorted.map((one) => {
    if (!wrong.has(one)) last = time(one);
    return { id: one.id, time: last };
  });
}

/**
 * Of snapshots in the order of writing, those whose dates contradict it: the fewest without which the dates of the
 * others only grow. Some clock was wrong, then or now.
 */
export function contradictory<T extends Pick<Dated, 'at'>>(oldestFirst: readonly T[]): T[] {
  const times = oldestFirst.map(({ at }) => new Date(at).getTime());
  // The longest run that ends at each one: its length, and the one before it.
  const runs: { length: number; before: number }[] = [];
  let end = -1;
  for (const [at, time] of times.entries()) {
    let best = { length: 1, before: -1 };
    for (const [earlier, run] of runs.entries()) {
      if ((times[earlier] ?? 0) <= time && run.length >= best.length)
        best = { length: run.length + 1, before: earlier };
    }
    runs.push(best);
    if (best.length >= (runs[end]?.length ?? 0)) end = at;
  }
  const right = new Set<number>();
  for (; end >= 0; end = runs[end]?.before ?? -1) right.add(end);
  return oldestFirst.filter((_, at) => !right.has(at));
}

const DAY_MS = 24 * 3600 * 1000;
const PERIOD = {
  daily: (at: Date) => at.toISOString().slice(0, 10),
  // The Monday of the week.
  weekly: (at: Date) => new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10),
  monthly: (at: Date) => at.toISOString().slice(0, 7),
};

function time({ at }: Dated): number {
  return new Date(at).getTime();
}

function badPolicy(text: string, part: string): LeadMasterError {
  return new LeadMasterError(
    'invalid_request',
    `${JSON.stringify(text)} is no retention policy: ${part}.`,
    'Write it like last=7,daily=7,weekly=4,monthly=6; each of these once at most, and one of them above zero.',
  );
}
