/**
 * Messages over several sessions while the service, a browser or both are killed with -9 at random moments, some of them
 * at the very moment a message reaches WhatsApp's server. Every word of the service is held against the stand-in: SENT is
 * there once, FAILED is not there, nothing is there twice, each chat is in order; and the id of every message was on the
 * disk when the server got it.
 *
 *     npm run prove -- outbox [--messages 2000] [--sessions 4] [--seed N] [--json]
 *
 * Ends with 1 when anything was not as it must be.
 */
import { freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { proveOutbox } from './outbox/outbox-proof.ts';

const options = readOptions({ messages: 2_000, sessions: 4, seed: freshSeed() });
say(`seed ${options.seed}`);
const report = await proveOutbox({
  messages: options.messages,
  sessions: options.sessions,
  seed: options.seed,
  onProgress: say,
});
const counted = (of: Record<string, number>): string =>
  Object.entries(of)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
tellVerdict(options.json, {
  report,
  lines: [
    `seed ${report.seed}: ${report.accepted} messages in ${report.seconds} s; kills: ${counted(report.kills)}`,
    `states: ${counted(report.states)}; ids looked for on the disk at arrival: ${report.traced}`,
    ...report.uncertain.map((line) => `UNCERTAIN ${line}`),
  ],
  failures: report.faults,
});
