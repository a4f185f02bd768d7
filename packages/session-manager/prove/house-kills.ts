/**
 * kill -9 of the manager before every step of an adopt (by copy, by move, across disks), an import and a trim, and at any
 * moment of them: the old place or the new one has the whole login, never both may run it, the same command ends well,
 * nothing is left in staging.
 *
 *     npm run prove -- house-kills [--what adopt|import|trim|all|copy,move,across] [--points 1000] [--anytime 20] [--boots 3] [--seed N] [--json]
 *
 * Faster with its folders in memory: `TMPDIR=/dev/shm`. `--points` is how many steps of each (all there are, by default), `--anytime` how many random moments, `--boots` after
 * how many of them the session is started with a real browser. Ends with 1 when anything was not as it must be.
 */
import { parseArgs } from 'node:util';
import { proveHouseKills } from './house-kills/house-kill-proof.ts';
import { WHAT } from './house-kills/works.ts';

const { values } = parseArgs({
  options: {
    what: { type: 'string', default: 'all' },
    points: { type: 'string', default: '1000' },
    anytime: { type: 'string', default: '20' },
    boots: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
const GROUPS: Record<string, readonly string[]> = { all: WHAT, adopt: ['copy', 'move', 'across'] };
const wanted = values.what.split(',').flatMap((name) => GROUPS[name] ?? [name]);
const what = WHAT.filter((each) => wanted.includes(each));
if (what.length === 0) throw new Error(`--what is all, adopt, or some of ${WHAT.join(',')}; it is ${values.what}`);
process.stderr.write(`seed ${values.seed}\n`);
const report = await proveHouseKills({
  what,
  seed: Number(values.seed),
  perWork: Number(values.points),
  anytime: Number(values.anytime),
  boots: Number(values.boots),
  login: 'real',
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
if (values.json) console.log(JSON.stringify(report));
else {
  for (const [name, { steps, kills, missed, held, boots }] of Object.entries(report.works)) {
    const waiting = held === 0 ? '' : `, ${held} times waiting for the command to be given again`;
    console.log(
      `${name}: ${steps} steps, died ${kills} times, done before ${missed} times${waiting}, started ${boots} times`,
    );
  }
  for (const reason of report.skipped) console.log(`skipped ${reason}`);
  console.log(`seed ${report.seed}: ${report.faults.length} faults`);
  for (const fault of report.faults) console.log(`FAILED ${fault}`);
}
process.exitCode = report.faults.length === 0 ? 0 : 1;
