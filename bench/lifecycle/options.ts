import { parseArgs } from 'node:util';

/** How large WhatsApp's page and its profile are. */
export interface PageSize {
  name: 'small' | 'realistic';
  scriptBytes: number;
  databaseBytes: number;
  heapBytes: number;
}

const MB = 1_000_000;

const SMALL: PageSize = { name: 'small', scriptBytes: 0, databaseBytes: 0, heapBytes: 0 };
/** The memory of WhatsApp's own page with an ordinary account. The goals are about this one. */
const REALISTIC: PageSize = {
  name: 'realistic',
  scriptBytes: 12 * MB,
  databaseBytes: 20 * MB,
  heapBytes: 40 * MB,
};

/** How much is measured. */
export interface BenchOptions {
  /** Measured rounds, each of them both sides, one after the other. */
  runs: number;
  /** Rounds before them that count for nothing: caches fill, code is compiled and kept. */
  warmUps: number;
  pages: readonly PageSize[];
  /** Sessions whose memory is measured together, beside that of one alone. */
  several: number;
  /** Sessions that come back after a restart of the service. */
  fleet: number;
  /** Between READY and the measurement of memory. */
  settleMs: number;
  /** After this long without READY a start counts as failed. */
  readyMs: number;
  output: string;
}

export const USAGE = `lifecycle [--runs N] [--warm-ups N] [--page small|realistic] [--settle S] [--output FILE] [--quick]
  --runs N      measured rounds (10)
  --warm-ups N  rounds before them, not counted (1)
  --page NAME   only this page; both by default
  --settle S    seconds between READY and the measurement of memory (6)
  --output FILE where the JSON goes (bench/results/lifecycle.json)
  --quick       one round, small page, one session: shows that the benchmark works, measures nothing of worth`;

/** Reads the command line; throws with a sentence for the reader when it is out of rule. */
export function readOptions(args: readonly string[], output: string): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string' },
      'warm-ups': { type: 'string' },
      page: { type: 'string' },
      settle: { type: 'string' },
      output: { type: 'string', default: output },
      quick: { type: 'boolean', default: false },
    },
  });
  const quick = values.quick;
  const pages = [SMALL, REALISTIC].filter((page) => (quick ? page === SMALL : true) && matches(page, values.page));
  if (pages.length === 0)
    throw new Error(`--page may be small or realistic${quick ? '; --quick has the small one' : ''}`);
  return {
    runs: count('--runs', values.runs, quick ? 1 : 10, 1),
    warmUps: count('--warm-ups', values['warm-ups'], quick ? 0 : 1, 0),
    pages,
    several: quick ? 1 : 4,
    fleet: quick ? 1 : 8,
    settleMs: quick ? 200 : count('--settle', values.settle, 6, 0) * 1000,
    readyMs: 60_000,
    output: values.output,
  };
}

function matches(page: PageSize, wanted: string | undefined): boolean {
  return wanted === undefined || page.name === wanted;
}

function count(name: string, given: string | undefined, fallback: number, min: number): number {
  if (given === undefined) return fallback;
  const value = Number(given);
  if (!Number.isInteger(value) || value < min || value > 1000) {
    throw new Error(`${name} is a whole number from ${min} to 1000, not ${given}`);
  }
  return value;
}
