/**
 * Many sessions come back after a restart of the service, and the API answers meanwhile.
 *
 *     npm run prove -- twelve [--sessions 12] [--json]
 *
 * Ends with 1 when a session is not READY again, asks for a scan or is doubled, or when the API's median answer takes
 * longer than 100 ms.
 */
import { parseArgs } from 'node:util';
import { proveReturn } from './service/return-proof.ts';

const MEDIAN_MAX_MS = 100;

const { values } = parseArgs({
  options: { sessions: { type: 'string', default: '12' }, json: { type: 'boolean', default: false } },
});
const report = await proveReturn({
  sessions: Number(values.sessions),
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
const failures = [...report.notReady.map((name) => `${name} is not READY`), ...report.clones, ...report.leftBehind];
for (const [what, figures] of Object.entries(report.latency)) {
  if (figures.medianMs > MEDIAN_MAX_MS) failures.push(`${what}: the median answer took ${figures.medianMs} ms`);
}
if (values.json) console.log(JSON.stringify(report));
else {
  console.log(`${report.sessions} sessions READY ${report.allReadyMs} ms after the service was started`);
  console.log(`(the first after ${report.firstReadyMs} ms; the API answered after ${report.answersMs} ms)`);
  for (const [what, f] of Object.entries(report.latency)) {
    console.log(`${what}: median ${f.medianMs} ms, p95 ${f.p95Ms} ms, slowest ${f.maxMs} ms, of ${f.count}`);
  }
  console.log(`browsers ${report.browsersMb} MB, service ${report.serviceMb} MB; ended in ${report.shutdownMs} ms`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
