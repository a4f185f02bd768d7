import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killAll } from './lifecycle/child.ts';
import { readOptions, USAGE } from './lifecycle/options.ts';
import { measurePage, type PageResult } from './lifecycle/page.ts';
import { compare, comparisonTable } from './lifecycle/report.ts';
import { thisMachine } from './shared/machine.ts';

/**
 * `npm run bench -- lifecycle`: LeadMaster's session manager against whatsapp-web.js as its README shows it. Memory,
 * time to READY, return after a restart, in one run, in turn. See README.md beside this.
 */
const OUTPUT = fileURLToPath(new URL('results/lifecycle.json', import.meta.url));

function parse(): ReturnType<typeof readOptions> {
  try {
    return readOptions(process.argv.slice(2), OUTPUT);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

const options = parse();
if (process.platform !== 'linux') {
  console.error('Memory is read from /proc, so this benchmark runs on Linux only.');
  process.exit(2);
}
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // Every wait for a side learns that it ended, and the work unwinds and tidies up.
    interrupt.abort(new Error(`interrupted by ${signal}`));
    void killAll();
  });
}
const startedAt = new Date();
const results: PageResult[] = [];
try {
  for (const page of options.pages) {
    results.push(await measurePage(page, options, (text) => console.log(text), interrupt.signal));
  }
} catch (error) {
  if (!interrupt.signal.aborted) throw error;
  console.error(interrupt.signal.reason.message);
  process.exit(130);
}

const comparisons = results.map(({ page, rounds }) => ({
  page: page.name,
  lines: compare(rounds, options.several, options.fleet, page.name === 'realistic'),
  failures: rounds.flatMap(({ side, failures }) => failures.map((failure) => `${side}: ${failure}`)),
}));
for (const { page, lines, failures } of comparisons) {
  console.log(`\n${comparisonTable(`${page} page, medians of ${options.runs} (least-most)`, lines)}`);
  if (failures.length > 0) console.log(`${failures.length} starts failed:\n  ${failures.join('\n  ')}`);
}

const machine = { ...thisMachine(), root: process.getuid?.() === 0 };
mkdirSync(dirname(options.output), { recursive: true });
const document = { benchmark: 'lifecycle', startedAt, endedAt: new Date(), machine, options, comparisons, results };
writeFileSync(options.output, `${JSON.stringify(document, null, 2)}\n`);
console.log(`\n${options.output}`);
