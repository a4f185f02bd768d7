/**
 * Sessions under WEB_VERSION=guarded, in a rolling restart while WhatsApp serves a build that breaks ids: exactly one sees
 * it, the others stay READY on the good one, and the operator is told the build and the capability. Then a build that a wedged
 * profile fails on, which is not blamed, and one that lacks a module which nothing needs, which is refused nothing.
 *
 *     npm run prove -- guard [--sessions 12] [--json]
 *
 * Takes about six minutes. Ends with 1 when any of that was otherwise.
 */
import { proveGuard } from './builds/guard-proof.ts';
import { readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';

const options = readOptions({ sessions: 12 });
const report = await proveGuard({ sessions: options.sessions, onProgress: say });
tellVerdict(options.json, {
  report,
  lines: [
    `${report.sessions} sessions; the broken build was seen by ${report.sawBroken.join(', ') || 'no session'}`,
    `told: ${JSON.stringify(report.told)}`,
  ],
  failures: [...report.failures, ...report.leftBehind],
});
