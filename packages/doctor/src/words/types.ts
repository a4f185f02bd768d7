import type { FindingId, Severity, Topic } from '../finding.ts';

/** The text for one thing, and for any other `{count}` of them. */
export interface Counted {
  one: string;
  many: string;
}

export type CountedFindings = Record<Exclude<Severity, 'ok'>, Counted>;

/** The doctor's words in one language. `{names}` stand for what a finding is about. */
export interface DoctorWords {
  severity: Record<Severity, string>;
  fixed: string;
  notFixed: string;
  found: CountedFindings;
  /** The last word where there are problems. */
  problems: { what: string; cure: string };
  /** What a check that found nothing says. */
  ok: Record<Topic, string>;
  /** What is so, and what to do about it. */
  findings: Record<FindingId, { what: string; cure: string }>;
}
