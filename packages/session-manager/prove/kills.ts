/**
 * kill -9 of browser, renderer, service or all of them, at random moments from start to READY and after.
 *
 *     npm run prove -- kills [--kills 60] [--seed N] [--chrome PATH] [--json]
 *
 * Ends with 1 when a login that was told READY asked for a scan again, when two browsers had one profile, or when
 * anything was left behind.
 */
import { freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { proveKills } from './service/kill-proof.ts';

const options = readOptions({ kills: 60, seed: freshSeed(), chrome: '' });
const report = await proveKills({
  kills: options.kills,
  seed: options.seed,
  ...(options.chrome === '' ? {} : { chromePath: options.chrome }),
  onProgress: say,
});
const failures = [...report.lost, ...report.doubled, ...report.clones, ...report.leftBehind];
const victims = Object.entries(report.victims).map(([victim, count]) => `${victim} ${count}`);
tellVerdict(options.json, {
  report,
  lines: [
    `seed ${report.seed}: ${report.kills} kills (${victims.join(', ')})`,
    `logins tried again ${report.logins}, lost ${report.lost.length}; slowest recovery ${report.slowestRecoveryMs} ms`,
  ],
  failures,
});
