/**
 * The list of sessions with a large fleet in motion: a real Chromium shows the built page of a hub over played sessions, scrolls and
 * filters all the time, while their events come.
 *
 *     npm run prove -- dashboard-crowd [--sessions 5000] [--rate 200] [--minutes 20] [--seed N] [--json]
 *
 * Ends with 1 when a task of the page takes more than 50 ms of processor time at the 99th percentile (of tasks of at least 1 ms), when the
 * memory of the page grows, or when the page shows anything but what the hub has in the end.
 */
import { freshSeed, readOptions, say } from '../../session-manager/prove/command/options.ts';
import { tellVerdict } from '../../session-manager/prove/command/verdict.ts';
import { proveCrowd } from './crowd/crowd-proof.ts';

const { json, ...options } = readOptions({ sessions: 5000, rate: 200, minutes: 20, seed: freshSeed() });
const report = await proveCrowd({ ...options, onProgress: say });
const { tasks, heap } = report;
tellVerdict(json, {
  report,
  lines: [
    `${options.sessions} sessions, ${report.events} events (${report.eventsPerSecond} a second), seed ${options.seed}`,
    `${tasks.count} tasks of at least 1 ms while scrolling and filtering: p50 ${tasks.p50} ms, p99 ${tasks.p99} ms, longest ${tasks.max} ms of processor time`,
    `the page kept a processor busy for ${report.busyPercent} % of the time`,
    `memory after collection, by minute: ${heap.map(({ mb }) => mb).join(' ')} MB; nodes: ${heap.map(({ nodes }) => nodes).join(' ')}`,
  ],
  failures: report.faults,
});
