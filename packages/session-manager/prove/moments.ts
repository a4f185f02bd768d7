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
import { freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { proveMoments } from './moments/moments-proof.ts';

/** Longest pause of 99 in 100 snapshots, in milliseconds. */
const GOALS: Readonly<Record<string, number>> = { messages: 50, bulk: 500 };

const options = readOptions({
  snapshots: 200,
  round: 20,
  sessions: 4,
  rate: 20,
  seed: freshSeed(),
  lenient: false,
});
say(`seed ${options.seed}`);
const report = await proveMoments({
  snapshots: options.snapshots,
  perRound: options.round,
  sessions: options.sessions,
  messageRate: options.rate,
  seed: options.seed,
  onProgress: say,
});
const { lost, notReady, incomplete, clones, notTaken, disturbed, leftBehind } = report;
const failures = [...lost, ...notReady, ...incomplete, ...clones, ...notTaken, ...disturbed, ...leftBehind];
const slow = Object.entries(GOALS).flatMap(([load, goal]) => {
  const p99 = report.pauses[load]?.p99Ms ?? 0;
  return p99 <= goal ? [] : [`the pause under ${load} was ${p99} ms at p99, the goal is ${goal} ms`];
});
const { seed, snapshots, rounds, seconds, largestMb, load } = report;
tellVerdict(options.json, {
  report,
  lines: [
    `seed ${seed}: ${snapshots} snapshots in ${rounds} rounds and ${seconds} s, the largest of ${largestMb} MB`,
    ...Object.entries(load).map(([mode, rounds]) => {
      const messages = rounds.map(({ messagesPerSecond }) => messagesPerSecond).join(', ');
      const bulk = rounds.map(({ bulkMbPerSecond }) => bulkMbPerSecond).join(', ');
      const history = mode === 'messages' ? '' : `; ${bulk} MB/s of history, all sessions together`;
      return `load under ${mode}, by rounds: ${messages} messages/s to each session${history}`;
    }),
    `logins lost ${lost.length}, READY ${report.ready}, incomplete ${incomplete.length}, not taken ${notTaken.length}`,
    ...Object.entries(report.pauses).map(
      ([name, { count, p50Ms, p99Ms, maxMs }]) =>
        `pause under ${name}: p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest ${maxMs} ms, of ${count}`,
    ),
    ...slow.map((line) => `MISSED ${line}`),
  ],
  failures,
});
if (slow.length > 0 && !options.lenient) process.exitCode = 1;
