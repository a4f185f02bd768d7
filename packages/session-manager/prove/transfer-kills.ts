/**
 * kill -9 of either manager, and a cut line, at every step of a transfer: never two owners, nothing lost, and the command
 * said again ends well.
 *
 *     npm run prove -- transfer-kills [--on-line 1000] [--within 1000] [--mb 0] [--seed N] [--json]
 *
 * `--on-line` is how many of the moments at what the managers say to each other (before, during and after the first and
 * the last of each step; for the source, the target and the line), `--within` how many at the steps that each of them
 * takes by itself; all there are, by default. Ends with 1 when a login or a message was lost, or two had it.
 */
import { freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { proveTransferKills } from './transfer-kills/transfer-kill-proof.ts';

const options = readOptions({ 'on-line': 1000, within: 1000, mb: 0, seed: freshSeed() });
say(`seed ${options.seed}`);
const report = await proveTransferKills({
  seed: options.seed,
  onLine: options['on-line'],
  within: options.within,
  profileBytes: options.mb * 1_000_000,
  onProgress: say,
});
const { ends, lost, doubled, missing, clones, leftBehind } = report;
tellVerdict(options.json, {
  report,
  lines: [
    `seed ${report.seed}: ${report.moments} moments, came to ${report.happened} of them`,
    `finished by itself ${ends.finished}, by the command said again ${ends.repeated}, taken back ${ends.undone}`,
    `logins lost ${lost.length}, in two places ${doubled.length + clones.length}, messages missing or doubled ${missing.length}`,
  ],
  failures: [...lost, ...doubled, ...missing, ...clones, ...leftBehind],
});
