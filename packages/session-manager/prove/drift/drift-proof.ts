import { errorText } from '@leadmaster/protocol';
import type { CaseResult } from './case-run.ts';
import { runCase } from './case-run.ts';
import { caseName, type DriftCase } from './cases.ts';
import { type Outcome, STEPS, type Step, wantsOf } from './wants.ts';

export interface DriftRow {
  name: string;
  outcomes: Record<Step, Outcome>;
  notes: string[];
}

export interface DriftReport {
  rows: DriftRow[];
  failures: string[];
}

/** Runs every case, some at a time, and holds each cell against what the kind of its drifts allows. */
export async function proveDrift(
  cases: readonly DriftCase[],
  options: { atOnce: number; onProgress?: (line: string) => void },
): Promise<DriftReport> {
  const results = new Map<DriftCase, CaseResult>();
  const failures: string[] = [];
  const waiting = [...cases];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        const result = await runCase(next);
        results.set(next, result);
        const found = judgeCase(next, result);
        failures.push(...found);
        const cells = STEPS.map((step) => `${step} ${result.outcomes[step]}`).join(', ');
        options.onProgress?.(`${found.length === 0 ? 'as it must be' : 'WRONG'}: ${caseName(next)}: ${cells}`);
      } catch (error) {
        failures.push(`${caseName(next)}: ${errorText(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, work));
  const rows = cases.flatMap((one) => {
    const result = results.get(one);
    return result === undefined ? [] : [{ name: caseName(one), outcomes: result.outcomes, notes: result.notes }];
  });
  return { rows, failures };
}

/** What is not as the case's drifts allow. */
export function judgeCase(which: DriftCase, { outcomes, lies, notes }: CaseResult): string[] {
  const wants = wantsOf(which);
  const name = caseName(which);
  const wrong = STEPS.filter((step) => !wants[step].includes(outcomes[step])).map(
    (step) => `${name}: ${step} came to "${outcomes[step]}", not to ${wants[step].join(' or ')} (${notes.join('; ')})`,
  );
  return [...wrong, ...lies.map((lie) => `${name}: ${lie}`)];
}

/** The table: a row for each case, a column for each step. */
export function driftTable(rows: readonly DriftRow[]): string[] {
  const width = Math.max(4, ...rows.map(({ name }) => name.length));
  const line = (name: string, cells: readonly string[]): string =>
    [name.padEnd(width), ...cells.map((cell) => cell.padEnd(10))].join('  ').trimEnd();
  return [
    line('page', STEPS),
    ...rows.map(({ name, outcomes }) =>
      line(
        name,
        STEPS.map((step) => outcomes[step]),
      ),
    ),
  ];
}
