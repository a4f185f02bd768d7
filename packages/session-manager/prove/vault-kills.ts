/**
 * kill -9 of the whole service before and after every step of save, prune, restore and recover, and at any moment of
 * them: nothing saved is lost, and the next start finds no half state.
 *
 *     npm run prove -- vault-kills [--only save,prune,restore,recover] [--points 1000] [--anytime 10] [--seed N] [--json]
 *
 * `--points` is how many deaths at steps of each operation (all there are, by default), `--anytime` how many at random
 * moments. Ends with 1 when a login, a snapshot or the way on was lost.
 */
import { chosen, freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { OPERATIONS, proveVaultKills } from './vault-kills/vault-kill-proof.ts';

const options = readOptions({ only: OPERATIONS.join(','), points: 1000, anytime: 10, seed: freshSeed() });
const operations = chosen('only', options.only, OPERATIONS);
say(`seed ${options.seed}`);
const report = await proveVaultKills({
  seed: options.seed,
  operations,
  perOperation: options.points,
  anytime: options.anytime,
  onProgress: say,
});
const { lost, missing, half, stuck, clones, leftBehind } = report;
const failures = [...lost, ...missing, ...half, ...stuck, ...clones, ...leftBehind];
tellVerdict(options.json, {
  report,
  lines: [
    `seed ${report.seed}: ${report.kills} kills; slowest recovery ${report.slowestRecoveryMs} ms; found stopped ${report.stopped} times`,
    ...Object.entries(report.points).map(
      ([operation, { kinds, points, died }]) =>
        `${operation}: ${kinds} kinds of steps, ${points} points around them, died ${died} times`,
    ),
    `logins lost ${lost.length}, snapshots lost ${missing.length}, half states ${half.length}, stuck ${stuck.length}`,
  ],
  failures,
});
