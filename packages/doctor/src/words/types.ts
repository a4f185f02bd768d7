import type { FindingId, Severity, Topic } from '../finding.ts';

/** The text for one thing, and for any other `{count}` of them. */
export interface Counted {
  one: string;
  many: string;
}

export type CountedFindings = Record<Exclude<Severity, 'ok'>, Counted>;

/** What is so, and what to do about it. */
export interface FindingText {
  what: string;
  fix: string;
}

/** The findings of one file. Together the files of a language have each finding. */
export type FindingsPart = Partial<Record<FindingId, FindingText>>;

/** The findings of that file in another language. */
export type SameFindings<English> = Record<keyof English, FindingText>;

/** The doctor's words in one language. `{names}` stand for what a finding is about. */
export interface DoctorWords {
  severity: Record<Severity, string>;
  fixed: string;
  notFixed: string;
  found: CountedFindings;
  /** The last word where there are problems. */
  problems: { what: string; fix: string };
  /** What a check that found nothing says. */
  ok: Record<Topic, string>;
  /** What is so, and what to do about it. */
  findings: Record<FindingId, FindingText>;
}
