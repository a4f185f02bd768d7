import { parseArgs } from 'node:util';

/** The parts of the benchmark, each of which can be run alone. */
export const PARTS = ['copies', 'memory', 'days'] as const;
export type Part = (typeof PARTS)[number];

/** How much is measured. Sizes in bytes. */
export interface VaultBenchOptions {
  profileBytes: number;
  /** Measured rounds of the part `copies`, all contestants in each of them. */
  runs: number;
  /** What is saved in them. */
  kinds: readonly ('essential' | 'full')[];
  days: number;
  /** Sizes of profile at which the peak memory is taken. */
  memoryBytes: readonly number[];
  parts: readonly Part[];
  /** Where a generated profile is kept for the next time; null: it is generated again and then removed. */
  made: string | null;
  /** Where everything else lies while it runs: one disk for all. */
  folder: string | null;
  output: string;
}

export const USAGE = `vault [--profile-mb N] [--runs N] [--days N] [--memory-mb N,N] [--only PART] [--made DIR] [--folder DIR] [--json FILE] [--quick]
  --profile-mb N    size of the profile (900); two fifteenths of it are chats and login, the rest media
  --runs N          measured rounds (5)
  --days N          simulated days (30)
  --memory-mb N,... sizes of profile at which the peak memory is taken (300,900,1800)
  --only PART       ${PARTS.join(', ')}; everything by default; several with a comma
  --made DIR        keeps the profile there once it is made, and takes it from there the next time
  --folder DIR      works below this folder (the system's temporary one)
  --json FILE       where the JSON goes (bench/results/vault.json)
  --quick           a tiny profile, one round of one kind, two days: shows that the benchmark works, measures nothing of worth`;

const MB = 1_000_000;

/** Reads the command line; throws with a sentence for the reader when it is out of rule. */
export function readOptions(args: readonly string[], output: string): VaultBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'profile-mb': { type: 'string' },
      runs: { type: 'string' },
      days: { type: 'string' },
      'memory-mb': { type: 'string' },
      only: { type: 'string', default: PARTS.join(',') },
      made: { type: 'string' },
      folder: { type: 'string' },
      json: { type: 'string', default: output },
      quick: { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  const wanted = values.only.split(',');
  const parts = PARTS.filter((part) => wanted.includes(part));
  if (parts.length !== wanted.length) throw new Error(`--only may be ${PARTS.join(', ')}, not ${values.only}`);
  const sizes = values['memory-mb']?.split(',') ?? (quick ? ['15'] : ['300', '900', '1800']);
  return {
    profileBytes: count('--profile-mb', values['profile-mb'], quick ? 15 : 900) * MB,
    runs: count('--runs', values.runs, quick ? 1 : 5),
    kinds: quick ? ['essential'] : ['essential', 'full'],
    days: count('--days', values.days, quick ? 2 : 30),
    memoryBytes: sizes.map((size) => count('--memory-mb', size, 0) * MB).sort((a, b) => a - b),
    parts,
    made: values.made ?? null,
    folder: values.folder ?? null,
    output: values.json,
  };
}

function count(name: string, given: string | undefined, fallback: number): number {
  const value = given === undefined ? fallback : Number(given);
  if (!Number.isInteger(value) || value < 1 || value > 10_000) {
    throw new Error(`${name} is a whole number from 1 to 10000, not ${given}`);
  }
  return value;
}
