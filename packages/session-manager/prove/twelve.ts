/**
 * Many sessions come back after a restart of the service, and the API answers meanwhile.
 *
 *     npm run prove -- twelve [--sessions 12] [--json]
 *
 * Ends with 1 when a session is not READY again, asks for a scan or is doubled, or when the API's median answer takes
 * longer than 100 ms.
 */
import { readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { proveReturn } from './service/return-proof.ts';

const MEDIAN_MAX_MS = 100;

const options = readOptions({ sessions: 12 });
const report = await proveReturn({
  sessions: options.sessions,
  onProgress: say,
});
const failures = [...report.notReady.map((name) => `${name} is not READY`), ...report.clones, ...report.leftBehind];
for (const [what, figures] of Object.entries(report.latency)) {
  if (figures.medianMs > MEDIAN_MAX_MS) failures.push(`${what}: the median answer took ${figures.medianMs} ms`);
}
tellVerdict(options.json, {
  report,
  lines: [
    `${report.sessions} sessions READY ${report.allReadyMs} ms after the service was started`,
    `(the first after ${report.firstReadyMs} ms; the API answered after ${report.answersMs} ms)`,
    ...Object.entries(report.latency).map(
      ([what, f]) => `${what}: median ${f.medianMs} ms, p95 ${f.p95Ms} ms, slowest ${f.maxMs} ms, of ${f.count}`,
    ),
    `browsers ${report.browsersMb} MB, service ${report.serviceMb} MB; ended in ${report.shutdownMs} ms`,
  ],
  failures,
});
