import { median } from '../shared/median.ts';
import { table } from '../shared/table.ts';
import { type CopiesResult, type CopySample, STEPS, type Step } from './copies.ts';
import type { DaysResult } from './days.ts';
import type { MemorySample } from './memory.ts';

/** What was set out to be reached, and whether it was. */
export interface Goal {
  what: string;
  /** `ours / theirs`, of medians; for memory, bytes. */
  value: number;
  atMost: number;
  reached: boolean;
  /** The same of processor time, which other load hardly moves. */
  cpuRatio?: number;
}

/** Medians of one contestant in one step. */
export interface Line {
  step: Step;
  contestant: string;
  samples: number;
  ms: number;
  minMs: number;
  maxMs: number;
  cpuMs: number;
  peakBytes: number;
  storedBytes: number;
}

const MEMORY_GOAL = 250_000_000;
const DAYS_GOAL = 0.1;

export function lines(samples: readonly CopySample[]): Line[] {
  const names = [...new Set(samples.map(({ contestant }) => contestant))];
  return STEPS.flatMap((step) =>
    names.flatMap((contestant) => {
      const mine = samples.filter((sample) => sample.step === step && sample.contestant === contestant);
      if (mine.length === 0) return [];
      const of = (key: 'ms' | 'cpuMs' | 'peakBytes' | 'storedBytes') => mine.map((s) => s[key]).sort((a, b) => a - b);
      const times = of('ms');
      return {
        step,
        contestant,
        samples: mine.length,
        ms: median(times),
        minMs: times[0] ?? Number.NaN,
        maxMs: times.at(-1) ?? Number.NaN,
        cpuMs: median(of('cpuMs')),
        peakBytes: median(of('peakBytes')),
        storedBytes: median(of('storedBytes')),
      };
    }),
  );
}

/** The goals on time: by whom, against whom, and how much faster. */
const TIME_GOALS: readonly { step: Step; ours: string; theirs: string; atMost: number }[] = [
  ...['in process', 'command'].flatMap((way) => [
    { step: 'first' as const, ours: `LeadMaster essential, ${way}`, theirs: 'tar -czf, everything', atMost: 1 / 20 },
    { step: 'first' as const, ours: `LeadMaster essential, ${way}`, theirs: 'tar -czf, selective', atMost: 1 / 4 },
  ]),
  ...['essential', 'full'].flatMap((kind) =>
    ['command', 'in process'].map((way) => ({
      step: 'unchanged' as const,
      ours: `LeadMaster ${kind}, ${way}`,
      theirs: `restic, the files of ${kind}`,
      atMost: 1 / 2,
    })),
  ),
  ...['in process', 'command'].map((way) => ({
    step: 'first' as const,
    ours: `LeadMaster full, ${way}`,
    theirs: 'restic, the files of full',
    atMost: 1,
  })),
];

export function timeGoals(all: readonly Line[]): Goal[] {
  const line = (step: Step, name: string) => all.find((one) => one.step === step && one.contestant === name);
  return TIME_GOALS.flatMap(({ step, ours, theirs, atMost }) => {
    const [mine, other] = [line(step, ours), line(step, theirs)];
    if (mine === undefined || other === undefined) return [];
    const what = `${step}: ${ours} / ${theirs}`;
    const value = mine.ms / other.ms;
    return { what, value, atMost, reached: value <= atMost, cpuRatio: mine.cpuMs / other.cpuMs };
  });
}

export function memoryGoals(samples: readonly MemorySample[]): Goal[] {
  const ours = samples.filter(({ contestant }) => contestant.startsWith('LeadMaster'));
  return ours.map(({ contestant, profileBytes, step, peakBytes }) => ({
    what: `peak memory, ${step} of ${megabytes(profileBytes)}: ${contestant}`,
    value: peakBytes,
    atMost: MEMORY_GOAL,
    reached: peakBytes <= MEMORY_GOAL,
  }));
}

export function daysGoals({ days, allSelectiveTars }: DaysResult): Goal[] {
  const value = (days.at(-1)?.vaultBytes ?? Number.NaN) / allSelectiveTars;
  const what = `${days.length} days: vault / every selective tar`;
  return [{ what, value, atMost: DAYS_GOAL, reached: value <= DAYS_GOAL }];
}

/** Step by step, everyone's medians, and how many times as long as the fastest. */
export function copiesTable(all: readonly Line[], { running }: CopiesResult): string {
  const tables = STEPS.map((step) => {
    const of = all.filter((line) => line.step === step).sort((a, b) => a.ms - b.ms);
    const fastest = of[0]?.ms ?? Number.NaN;
    const rows = of.map((line) => [
      line.contestant,
      `${seconds(line.ms)} (${seconds(line.minMs)}-${seconds(line.maxMs)})`,
      (line.ms / fastest).toFixed(1),
      seconds(line.cpuMs),
      megabytes(line.peakBytes),
      megabytes(line.storedBytes),
    ]);
    return table([step, 's', 'x fastest', 'processor s', 'peak', 'stored'], rows);
  });
  const rows = ['essential', 'full'].flatMap((kind) =>
    (['first', 'unchanged', 'changed'] as const).flatMap((step) => {
      const of = running.filter((sample) => sample.kind === kind && sample.step === step);
      if (of.length === 0) return [];
      const middle = (key: 'ms' | 'pauseMs' | 'newBytes') => median(of.map((s) => s[key]).sort((a, b) => a - b));
      const pauses = of.map(({ pauseMs }) => pauseMs);
      const most = Math.max(...pauses).toFixed(0);
      return [
        [`${kind}, ${step}`, seconds(middle('ms')), middle('pauseMs').toFixed(0), most, megabytes(middle('newBytes'))],
      ];
    }),
  );
  const live = table(['LeadMaster, the session running', 's', 'pause ms', 'most ms', 'new'], rows);
  return [...tables, live].join('\n\n');
}

export function memoryTable(samples: readonly MemorySample[]): string {
  const rows = samples.map((s) => [s.contestant, megabytes(s.profileBytes), s.step, megabytes(s.peakBytes)]);
  return table(['peak memory', 'profile', 'step', 'peak'], rows);
}

export function daysTable(result: DaysResult): string {
  const last = result.days.at(-1);
  if (last === undefined) return '';
  const wholes = result.days.flatMap(({ wholeTarBytes }) => wholeTarBytes ?? []);
  const whole = (wholes.reduce((sum, bytes) => sum + bytes, 0) / wholes.length) * result.days.length;
  const rows = [
    [`LeadMaster essential, ${last.vaultSnapshots} kept`, last.vaultBytes],
    [`restic, the same files, ${last.resticSnapshots} kept`, last.resticBytes],
    ['selective tars, all', result.allSelectiveTars],
    [`selective tars, those of our ${last.vaultSnapshots} nights`, result.keptSelectiveTars],
    ['tars of everything, all (from the first and the last)', whole],
  ] as const;
  const title = `after ${result.days.length} days${result.restored ? '' : ' (NOT RESTORED WHOLE)'}`;
  const ours = last.vaultBytes;
  return table(
    [title, 'stored', 'x LeadMaster'],
    rows.map(([name, bytes]) => [name, megabytes(bytes), (bytes / ours).toFixed(1)]),
  );
}

export function goalsTable(goals: readonly Goal[]): string {
  const figure = ({ value, atMost }: Goal, number: number): string =>
    atMost === MEMORY_GOAL ? megabytes(number) : value === number ? number.toFixed(3) : number.toString().slice(0, 5);
  const rows = goals.map((goal) => [
    goal.what,
    figure(goal, goal.value),
    `<= ${figure(goal, goal.atMost)}`,
    goal.reached ? 'reached' : 'NOT reached',
    goal.cpuRatio?.toFixed(3) ?? '',
  ]);
  return table(['goal', 'value', 'wanted', '', 'of processor time'], rows);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
