import type { ReportedFinding, ReportFacts } from '../facts.ts';
import { code, inline } from '../markdown.ts';
import type { ReportWords } from '../words/types.ts';

const ORDER = ['problem', 'warning', 'note'] as const;

/** What the doctor found, the worst first. */
export function problems({ findings }: ReportFacts, w: ReportWords): string[] {
  if (findings.length === 0) return [w.problemsNone];
  return worstFirst(findings).flatMap(({ severity, what, where, id }, i) => [
    `${i + 1}. **${w.severities[severity]}** ${code(id)}: ${inline(what)}  `,
    `   ${code(where)}`,
  ]);
}

/** What to do about it, in the same order and under the same numbers. */
export function recommendations({ findings }: ReportFacts, w: ReportWords): string[] {
  if (findings.length === 0) return [w.recommendationsNone];
  return worstFirst(findings).map(({ fix }, i) => `${i + 1}. ${inline(fix)}`);
}

function worstFirst(findings: readonly ReportedFinding[]): ReportedFinding[] {
  return ORDER.flatMap((severity) => findings.filter((one) => one.severity === severity));
}
