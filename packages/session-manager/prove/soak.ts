/**
 * Thousands of snapshots of one running session, with retention and prune on a clock that runs fast: what is stored
 * levels off, what is kept is whole.
 *
 *     npm run prove -- soak [--snapshots 2000] [--step-hours 4.5] [--keep last=7,daily=7,weekly=4,monthly=6]
 *                           [--prune-every 5] [--messages 3] [--history-mb 20] [--drills 5] [--seed N] [--json]
 *
 * Ends with 1 when a snapshot or a prune failed, a kept snapshot is not whole, retention kept others than it should, or
 * the vault grew in the last half beyond its profile.
 */
import { parseArgs } from 'node:util';
import { proveSoak } from './soak/soak-proof.ts';

const { values } = parseArgs({
  options: {
    snapshots: { type: 'string', default: '2000' },
    'step-hours': { type: 'string', default: '4.5' },
    keep: { type: 'string', default: 'last=7,daily=7,weekly=4,monthly=6' },
    'prune-every': { type: 'string', default: '5' },
    messages: { type: 'string', default: '3' },
    'history-mb': { type: 'string', default: '20' },
    drills: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
const SERIES = 20;

process.stderr.write(`seed ${values.seed}\n`);
const report = await proveSoak({
  snapshots: Number(values.snapshots),
  stepHours: Number(values['step-hours']),
  keep: values.keep,
  pruneEvery: Number(values['prune-every']),
  messages: Number(values.messages),
  historyMb: Number(values['history-mb']),
  drills: Number(values.drills),
  seed: Number(values.seed),
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
const failures = [...report.failures, ...report.bad, ...report.wrongKept, ...report.disturbed, ...report.leftBehind];
if (report.growing !== null) failures.push(report.growing);
if (values.json) console.log(JSON.stringify(report));
else {
  const { seed, snapshots, days, kept, drilled, seconds, points } = report;
  console.log(
    `seed ${seed}: ${snapshots} snapshots over ${days} days in ${seconds} s, ${kept} kept, ${drilled} booted`,
  );
  const every = Math.max(1, Math.floor(points.length / SERIES));
  for (const point of points.filter((_, index) => (points.length - 1 - index) % every === 0)) {
    const { snapshot, storedMb, unneededMb, packs, liveMb } = point;
    console.log(
      `after ${snapshot}: ${point.kept} kept, stored ${storedMb} MB in ${packs} packs (${unneededMb} MB unneeded), profile ${liveMb} MB`,
    );
  }
  for (const failure of failures) console.log(`FAILED ${failure}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
