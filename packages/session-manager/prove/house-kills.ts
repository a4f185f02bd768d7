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
import { chosen, freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { proveHouseKills } from './house-kills/house-kill-proof.ts';
import { WHAT } from './house-kills/works.ts';

const options = readOptions({ what: 'all', points: 1000, anytime: 20, boots: 3, seed: freshSeed() });
const GROUPS: Record<string, readonly string[]> = { all: WHAT, adopt: ['copy', 'move', 'across'] };
const wanted = options.what.split(',').flatMap((name) => GROUPS[name] ?? [name]);
const what = chosen('what', wanted.join(','), WHAT);
say(`seed ${options.seed}`);
const report = await proveHouseKills({
  what,
  seed: options.seed,
  perWork: options.points,
  anytime: options.anytime,
  boots: options.boots,
  login: 'real',
  onProgress: say,
});
tellVerdict(options.json, {
  report,
  lines: [
    ...Object.entries(report.works).map(([name, { steps, kills, missed, held, boots }]) => {
      const waiting = held === 0 ? '' : `, ${held} times waiting for the command to be given again`;
      return `${name}: ${steps} steps, died ${kills} times, done before ${missed} times${waiting}, started ${boots} times`;
    }),
    ...report.skipped.map((reason) => `skipped ${reason}`),
    `seed ${report.seed}: ${report.faults.length} faults`,
  ],
  failures: report.faults,
});
