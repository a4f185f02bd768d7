/**
 * kill -9 of the whole service before and after every step of save, prune, restore and recover, and at any moment of
 * them: nothing saved is lost, and the next start finds no half state.
 *
 *     npm run prove -- vault-kills [--only save,prune,restore,recover] [--points 1000] [--anytime 10] [--seed N] [--json]
 *
 * `--points` is how many deaths at steps of each operation (all there are, by default), `--anytime` how many at random
 * moments. Ends with 1 when a login, a snapshot or the way on was lost.
 */
import { parseArgs } from 'node:util';
import { OPERATIONS, proveVaultKills } from './vault-kills/vault-kill-proof.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: OPERATIONS.join(',') },
    points: { type: 'string', default: '1000' },
    anytime: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
const wanted = values.only.split(',');
process.stderr.write(`seed ${values.seed}\n`);
const report = await proveVaultKills({
  seed: Number(values.seed),
  operations: OPERATIONS.filter((operation) => wanted.includes(operation)),
  perOperation: Number(values.points),
  anytime: Number(values.anytime),
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
const { lost, missing, half, stuck, clones, leftBehind } = report;
const failures = [...lost, ...missing, ...half, ...stuck, ...clones, ...leftBehind];
if (values.json) console.log(JSON.stringify(report));
else {
  console.log(
    `seed ${report.seed}: ${report.kills} kills; slowest recovery ${report.slowestRecoveryMs} ms; found stopped ${report.stopped} times`,
  );
  for (const [operation, { kinds, points, died }] of Object.entries(report.points)) {
    console.log(`${operation}: ${kinds} kinds of steps, ${points} points around them, died ${died} times`);
  }
  console.log(
    `logins lost ${lost.length}, snapshots lost ${missing.length}, half states ${half.length}, stuck ${stuck.length}`,
  );
  for (const failure of failures) console.log(`FAILED ${failure}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
