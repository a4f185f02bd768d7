import type { Severity } from '../finding.ts';
import type { Counted, CountedFindings } from './types.ts';
import { fill } from './words.ts';

/** So many of something, in words. */
export function sayCount(words: Counted, count: number): string {
  return count === 1 ? words.one : fill(words.many, { count });
}

/** How many findings of each severity there are, the worst first. */
export function countFound(
  words: CountedFindings,
  findings: readonly { severity: Severity }[],
): Record<keyof CountedFindings, string> {
  const say = (severity: keyof CountedFindings): string =>
    sayCount(words[severity], findings.filter((one) => one.severity === severity).length);
  return { problem: say('problem'), warning: say('warning'), note: say('note') };
}
