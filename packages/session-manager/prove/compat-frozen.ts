/**
 * Earlier LeadMaster services send into a page that hangs while its session is READY, all at once. No answer may be 200, and what
 * is told as sent afterwards, once the session has come back, must have reached WhatsApp's server, once.
 *
 *     npm run prove -- compat-frozen [--messages 250] [--seed N] [--json]
 *
 * Ends with 1 when anything was not as it must be.
 */
import { freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { proveFrozen } from './compat-frozen/frozen-proof.ts';

const options = readOptions({ messages: 250, seed: freshSeed() });
say(`seed ${options.seed}`);
const report = await proveFrozen({ messages: options.messages, seed: options.seed, onProgress: say });
const counted = (of: Record<string, number>): string =>
  Object.entries(of)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
tellVerdict(options.json, {
  report,
  lines: [
    `${options.messages} sends into a frozen page in ${report.seconds} s, the last answered after ${report.slowestS} s`,
    `answers: ${counted(report.answers)}; taken ${report.taken}, states afterwards: ${counted(report.states)}; at the server: ${report.arrived}`,
    `GET /status of the frozen page: ${report.statusMs} ms`,
  ],
  failures: report.faults,
});
