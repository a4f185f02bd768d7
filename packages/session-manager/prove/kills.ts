/**
 * kill -9 of browser, renderer, service or all of them, at random moments from start to READY and after.
 *
 *     npm run prove -- kills [--kills 60] [--seed N] [--chrome PATH] [--json]
 *
 * Ends with 1 when a login that was told READY asked for a scan again, when two browsers had one profile, or when
 * anything was left behind.
 */
import { parseArgs } from 'node:util';
import { proveKills } from './service/kill-proof.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    chrome: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const report = await proveKills({
  kills: Number(values.kills),
  seed: Number(values.seed),
  ...(values.chrome === undefined ? {} : { chromePath: values.chrome }),
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
const failures = [...report.lost, ...report.doubled, ...report.clones, ...report.leftBehind];
if (values.json) console.log(JSON.stringify(report));
else {
  console.log(
    `seed ${report.seed}: ${report.kills} kills (${Object.entries(report.victims)
      .map(([key, count]) => `${key} ${count}`)
      .join(', ')})`,
  );
  console.log(
    `logins tried again ${report.logins}, lost ${report.lost.length}; slowest recovery ${report.slowestRecoveryMs} ms`,
  );
  for (const failure of failures) console.log(`FAILED ${failure}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
