/**
 * Every drift of the stand-in's page alone on the page of September, those that make sense on the page of April, and
 * random combinations of neutral drifts with at most one other; each through: link, text in, text sent elsewhere, text
 * out, text into a new chat, restart, text in while off, kill -9 between hand-over and acknowledgement.
 *
 *     npm run prove -- drift [--combinations 15] [--page both|september|april] [--only PART,PART] [--at-once 2] [--seed N] [--json]
 *
 * `--only` takes the cases whose name has one of the parts. Prints a table of case and step. Ends with 1 when a cell is
 * not as the kind of its drifts wants, when anything is SENT that the stand-in does not hold, FAILED that it does, or twice.
 */
import { chosen, freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { caseName, driftCases } from './drift/cases.ts';
import { driftTable, proveDrift } from './drift/drift-proof.ts';
import { seeded } from './service/random.ts';

const options = readOptions({ combinations: 15, page: 'both', only: '', 'at-once': 2, seed: freshSeed() });
say(`seed ${options.seed}`);
const random = seeded(options.seed);
const PAGES = ['september', 'april'] as const;
const pages = options.page === 'both' ? PAGES : chosen('page', options.page, PAGES);
const parts = options.only.split(',');
const cases = pages
  .flatMap((page) => driftCases(page, { combinations: page === 'september' ? options.combinations : 0, random }))
  .filter((one) => parts.some((part) => caseName(one).includes(part)));
if (cases.length === 0) throw new Error(`--only is a part of the name of a case; none has "${options.only}"`);
const report = await proveDrift(cases, { atOnce: options['at-once'], onProgress: say });
tellVerdict(options.json, {
  report: { seed: options.seed, ...report },
  lines: [
    ...driftTable(report.rows),
    `seed ${options.seed}: ${cases.length} pages, ${report.failures.length} failures`,
  ],
  failures: report.failures,
});
