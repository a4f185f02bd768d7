/**
 * From `git clone` to a linked session in the page of the demo, measured as a newcomer meets it; then what the page costs.
 *
 *     npm run prove -- first-minute [--runs 3] [--cold]
 *
 * Each run clones this checkout into a temporary folder, runs `npm start -- --demo` there, opens the link that it prints in a browser,
 * and waits until the page shows a session that is READY. `--cold`: npm's cache is empty; without it, a run that does not count has
 * filled it. The browser of the machine is used, and not installed. What is not committed is not in a clone.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureRun, type Run } from './demo/first-run.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '3' }, cold: { type: 'boolean' } } });
const folder = mkdtempSync(join(tmpdir(), 'leadmaster-first-'));
const isCold = values.cold === true;

/** A folder for each run, so that nothing is left of the one before; a warm run shares npm's cache. */
function run(name: string): Promise<Run> {
  const cache = join(folder, isCold ? `${name}-npm` : 'npm');
  return measureRun({ folder: join(folder, name), cache });
}

try {
  if (!isCold) await run('warm-up');
  console.log(`${availableParallelism()} cores of ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB`);
  for (let number = 1; number <= Number(values.runs); number += 1) {
    const { seconds, page } = await run(`run-${number}`);
    console.log(
      `${isCold ? 'cold' : 'warm'} ${number}: clone ${seconds.clone} s, running after ${seconds.running} s, linked in the page after ` +
        `${seconds.linked} s; page: ${page.requests} requests, ${page.bytes} bytes, first paint ${page.firstPaintMs} ms`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
