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
import { parseArgs } from 'node:util';
import { proveTransferKills } from './transfer-kills/transfer-kill-proof.ts';

const { values } = parseArgs({
  options: {
    'on-line': { type: 'string', default: '1000' },
    within: { type: 'string', default: '1000' },
    mb: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
process.stderr.write(`seed ${values.seed}\n`);
const report = await proveTransferKills({
  seed: Number(values.seed),
  onLine: Number(values['on-line']),
  within: Number(values.within),
  profileBytes: Number(values.mb) * 1_000_000,
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
const { ends, lost, doubled, missing, clones, leftBehind } = report;
const failures = [...lost, ...doubled, ...missing, ...clones, ...leftBehind];
if (values.json) console.log(JSON.stringify(report));
else {
  console.log(`seed ${report.seed}: ${report.moments} moments, came to ${report.happened} of them`);
  console.log(
    `finished by itself ${ends.finished}, by the command said again ${ends.repeated}, taken back ${ends.undone}`,
  );
  console.log(
    `logins lost ${lost.length}, in two places ${doubled.length + clones.length}, messages missing or doubled ${missing.length}`,
  );
  for (const failure of failures) console.log(`FAILED ${failure}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
