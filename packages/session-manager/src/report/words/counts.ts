import type { Severity } from '../../doctor/finding.ts';
import { fill, type Language } from '../../doctor/words/words.ts';
import type { Counted, ReportWords } from './types.ts';
import { REPORT_WORDS } from './words.ts';

/** So many of something, in words. */
export function sayCount(words: Counted, count: number): string {
  return count === 1 ? words.one : fill(words.many, { count });
}

type Found = Record<keyof ReportWords['found'], string>;

/** How many findings of each severity there are. */
export function countFound(w: ReportWords, findings: readonly { severity: Severity }[]): Found {
  const say = (severity: keyof Found): string =>
    sayCount(w.found[severity], findings.filter((one) => one.severity === severity).length);
  return { problem: say('problem'), warning: say('warning'), note: say('note') };
}

/** The same, the worst first. */
export function sayCounts(language: Language, findings: readonly { severity: Severity }[]): string[] {
  return Object.values(countFound(REPORT_WORDS[language], findings));
}
