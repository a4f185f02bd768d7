/**
 * A hub in a crowd: idle connections, bodies that come a byte at a time, and followers that never read while the log grows by 20 MB.
 * Others are served meanwhile, and the memory of the hub is bounded.
 *
 *     npm run prove -- hub-crowd [--idle 10000] [--slow 200] [--followers 200] [--json]
 *
 * Ends with 1 when a caller beside the crowd waited or failed, or the hub grew beyond its limit.
 */
import { readOptions } from '../../session-manager/prove/command/options.ts';
import { tellVerdict } from '../../session-manager/prove/command/verdict.ts';
import { proveCrowd } from './crowd/crowd-proof.ts';

const { json, ...crowd } = readOptions({ idle: 10_000, slow: 200, followers: 200 });
const report = await proveCrowd(crowd);
tellVerdict(json, {
  report,
  lines: [
    `${crowd.idle} idle, ${crowd.slow} slow, ${crowd.followers} that never read: the hub grew by ${Math.round(report.grownBytes / 2 ** 20)} MB`,
    `${report.asked} requests beside them, the slowest in ${report.slowestMs} ms`,
  ],
  failures: report.faults,
});
