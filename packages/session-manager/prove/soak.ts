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
import { freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { proveSoak } from './soak/soak-proof.ts';

const options = readOptions({
  snapshots: 2000,
  'step-hours': 4.5,
  keep: 'last=7,daily=7,weekly=4,monthly=6',
  'prune-every': 5,
  messages: 3,
  'history-mb': 20,
  drills: 5,
  seed: freshSeed(),
});
const SERIES = 20;

say(`seed ${options.seed}`);
const report = await proveSoak({
  snapshots: options.snapshots,
  stepHours: options['step-hours'],
  keep: options.keep,
  pruneEvery: options['prune-every'],
  messages: options.messages,
  historyMb: options['history-mb'],
  drills: options.drills,
  seed: options.seed,
  onProgress: say,
});
const failures = [...report.failures, ...report.bad, ...report.wrongKept, ...report.disturbed, ...report.leftBehind];
if (report.growing !== null) failures.push(report.growing);
const { seed, snapshots, days, kept, drilled, seconds, points } = report;
const every = Math.max(1, Math.floor(points.length / SERIES));
const series = points.filter((_, index) => (points.length - 1 - index) % every === 0);
tellVerdict(options.json, {
  report,
  lines: [
    `seed ${seed}: ${snapshots} snapshots over ${days} days in ${seconds} s, ${kept} kept, ${drilled} booted`,
    ...series.map(
      (point) =>
        `after ${point.snapshot}: ${point.kept} kept, stored ${point.storedMb} MB in ${point.packs} packs (${point.unneededMb} MB unneeded), profile ${point.liveMb} MB`,
    ),
  ],
  failures,
});
