/**
 * Snapshots at random moments of running sessions under load, every one of them restored and booted in the world of its
 * own moment.
 *
 *     npm run prove -- moments [--snapshots 200] [--round 20] [--sessions 4] [--rate 20] [--seed N] [--json]
 *
 * `--rate` is messages per second to each session; half of the snapshots are taken under bulk writes, with a tenth of it beside them. Ends
 * with 1 when a login was lost, a copy was not complete, a snapshot could not be taken, a session was disturbed or
 * anything was left behind; and when the pauses' goals are missed, unless `--lenient` says that the machine is busy.
 */
import { parseArgs } from 'node:util';
import { proveMoments } from './moments/moments-proof.ts';

/** Longest pause of 99 in 100 snapshots, in milliseconds. */
const GOALS: Readonly<Record<string, number>> = { messages: 50, bulk: 500 };

const { values } = parseArgs({
  options: {
    snapshots: { type: 'string', default: '200' },
    round: { type: 'string', default: '20' },
    sessions: { type: 'string', default: '4' },
    rate: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    lenient: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
process.stderr.write(`seed ${values.seed}\n`);
const report = await proveMoments({
  snapshots: Number(values.snapshots),
  perRound: Number(values.round),
  sessions: Number(values.sessions),
  messageRate: Number(values.rate),
  seed: Number(values.seed),
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
const { lost, notReady, incomplete, clones, notTaken, disturbed, leftBehind } = report;
const failures = [...lost, ...notReady, ...incomplete, ...clones, ...notTaken, ...disturbed, ...leftBehind];
const slow = Object.entries(GOALS).flatMap(([load, goal]) => {
  const p99 = report.pauses[load]?.p99Ms ?? 0;
  return p99 <= goal ? [] : [`the pause under ${load} was ${p99} ms at p99, the goal is ${goal} ms`];
});
if (values.json) console.log(JSON.stringify(report));
else {
  const { seed, snapshots, rounds, seconds, largestMb, load } = report;
  console.log(
    `seed ${seed}: ${snapshots} snapshots in ${rounds} rounds and ${seconds} s, the largest of ${largestMb} MB`,
  );
  for (const [mode, rounds] of Object.entries(load)) {
    const messages = rounds.map(({ messagesPerSecond }) => messagesPerSecond).join(', ');
    const bulk = rounds.map(({ bulkMbPerSecond }) => bulkMbPerSecond).join(', ');
    const history = mode === 'messages' ? '' : `; ${bulk} MB/s of history, all sessions together`;
    console.log(`load under ${mode}, by rounds: ${messages} messages/s to each session${history}`);
  }
  console.log(
    `logins lost ${lost.length}, READY ${report.ready}, incomplete ${incomplete.length}, not taken ${notTaken.length}`,
  );
  for (const [name, { count, p50Ms, p99Ms, maxMs }] of Object.entries(report.pauses)) {
    console.log(`pause under ${name}: p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest ${maxMs} ms, of ${count}`);
  }
  for (const line of slow) console.log(`MISSED ${line}`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
}
process.exitCode = failures.length > 0 || (slow.length > 0 && !values.lenient) ? 1 : 0;
