import { median } from '../shared/median.ts';
import { table } from '../shared/table.ts';
import type { Round, Sample } from './round.ts';
import type { Side } from './side.ts';

/** One line of the table: what it is, how it is written, and the goal if there is one. */
interface Line {
  key: keyof Sample;
  label: string;
  unit: 'MB' | 's';
  /** LeadMaster's share of the other side's figure, at most. Holds for the realistic page. */
  goal?: number;
}

function lines(several: number, fleet: number): readonly Line[] {
  return [
    { key: 'pss1', label: 'browser memory (PSS), 1 session', unit: 'MB', goal: 0.8 },
    { key: 'pssSeveral', label: `browser memory (PSS), ${several} sessions`, unit: 'MB', goal: 0.65 },
    { key: 'nodePss1', label: 'Node beside it, 1 session', unit: 'MB' },
    { key: 'nodePssSeveral', label: `Node beside it, ${several} sessions`, unit: 'MB' },
    { key: 'warmMs', label: 'saved login to READY, running service', unit: 's', goal: 0.9 },
    { key: 'coldMs', label: 'saved login to READY, from process start', unit: 's', goal: 0.9 },
    { key: 'fleetMs', label: `${fleet} sessions back after a restart`, unit: 's', goal: 0.25 },
    { key: 'warmCpuS', label: 'processor time of a start', unit: 's' },
    { key: 'coldCpuS', label: 'processor time from process start', unit: 's' },
    { key: 'fleetCpuS', label: `processor time of ${fleet} coming back`, unit: 's' },
  ];
}

/** One figure of both sides, compared. */
export interface Comparison {
  key: keyof Sample;
  label: string;
  unit: 'MB' | 's';
  leadmaster: Spread | null;
  bare: Spread | null;
  /** Median by median; below 1, LeadMaster needs less. */
  ratio: number | null;
  goal: number | null;
  reached: boolean | null;
}

export interface Spread {
  median: number;
  min: number;
  max: number;
  samples: number;
}

/** Medians, ratios, and which goals were reached. A goal is one of the realistic page at full size. */
export function compare(rounds: readonly Round[], several: number, fleet: number, goalsCount: boolean): Comparison[] {
  return lines(several, fleet).map(({ key, label, unit, goal }) => {
    const leadmaster = spread(rounds, 'LeadMaster', key);
    const bare = spread(rounds, 'bare', key);
    const ratio = leadmaster === null || bare === null ? null : leadmaster.median / bare.median;
    const counts = goalsCount && goal !== undefined;
    return {
      key,
      label,
      unit,
      leadmaster,
      bare,
      ratio,
      goal: counts ? goal : null,
      reached: counts && ratio !== null ? ratio <= goal : null,
    };
  });
}

function spread(rounds: readonly Round[], side: Side['name'], key: keyof Sample): Spread | null {
  const values = rounds
    .filter((round) => round.side === side)
    .flatMap((round) => round.sample[key] ?? [])
    .sort((a, b) => a - b);
  const [min, max] = [values[0], values.at(-1)];
  if (min === undefined || max === undefined) return null;
  return { median: median(values), min, max, samples: values.length };
}

/** The comparison as text, for a terminal. */
export function comparisonTable(title: string, comparisons: readonly Comparison[]): string {
  const head = ['', 'LeadMaster', 'bare', 'ratio', 'goal', ''];
  const rows = comparisons.map((line) => [
    line.label,
    written(line.leadmaster, line.key, line.unit),
    written(line.bare, line.key, line.unit),
    line.ratio?.toFixed(2) ?? '-',
    line.goal === null ? '' : `<= ${line.goal}`,
    line.reached === null ? '' : line.reached ? 'reached' : 'NOT reached',
  ]);
  return `${title}\n${table(head, rows)}`;
}

function written(value: Spread | null, key: keyof Sample, unit: 'MB' | 's'): string {
  if (value === null) return '-';
  const scale = unit === 'MB' ? 1e-6 : key.endsWith('Ms') ? 1e-3 : 1;
  const digits = unit === 'MB' ? 0 : 2;
  const text = (number: number): string => (number * scale).toFixed(digits);
  return `${text(value.median)} ${unit} (${text(value.min)}-${text(value.max)})`;
}
