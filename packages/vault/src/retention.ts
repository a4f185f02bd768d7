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
}

/**
 * Which snapshots stay, and by which rules. Days, weeks (from Monday) and months are those of UTC. The newest snapshot
 * always stays, whatever the policy says.
 */
export function retained(snapshots: readonly Dated[], policy: RetentionPolicy): Map<string, RetentionRule[]> {
  const newestFirst = snapshots.toSorted((a, b) => time(b) - time(a));
  const kept = new Map<string, RetentionRule[]>();
  const keep = (id: string, rule: RetentionRule) => kept.set(id, [...(kept.get(id) ?? []), rule]);
  for (const { id } of newestFirst.slice(0, Math.max(1, policy.last))) keep(id, 'last');
  for (const rule of ['daily', 'weekly', 'monthly'] as const) {
    const periods = new Set<string>();
    for (const snapshot of newestFirst) {
      const period = PERIOD[rule](new Date(snapshot.at));
      if (periods.has(period)) continue;
      if (periods.size >= policy[rule]) break;
      periods.add(period);
      keep(snapshot.id, rule);
    }
  }
  return kept;
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
