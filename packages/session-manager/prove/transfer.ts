/**
 * Moves a session there and back between two managers under messages, beside plain restarts of it: READY without a QR each
 * time, no two machines run it, and no message is missing or told twice. Says how long it was down.
 *
 *     npm run prove -- transfer [--rounds 20] [--mb 900] [--in namespaces|folders] [--seed N] [--json]
 *
 * Each manager is in a network namespace of its own where root can make them, and reaches the other by TLS over the link
 * between them; elsewhere, and with `--in folders`, both are on one loopback with a data folder each. Ends with 1 when a
 * login or a message was lost, two browsers had it, or something was left behind.
 */
import { errorText } from '@leadmaster/protocol';
import { freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { choosePlace } from './transfer/place.ts';
import { proveTransfers } from './transfer/transfer-proof.ts';

const options = readOptions({ rounds: 20, mb: 900, in: 'either', seed: freshSeed() });
const place = choosePlace(options.in);
say(`seed ${options.seed}, ${place.words}`);
const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort(new Error(name)));
const report = await proveTransfers({
  place,
  rounds: options.rounds,
  profileBytes: options.mb * 1_000_000,
  seed: options.seed,
  onProgress: say,
  signal: ending.signal,
}).catch((error: unknown) => {
  if (!ending.signal.aborted) throw error;
  say(`broken off (${errorText(error)})`);
  process.exit(130);
});
const { lost, doubled, missing, clones, leftBehind, tookMs, downMs, restartMs } = report;
const median = (of: readonly number[]): number => of.toSorted((x, y) => x - y)[Math.floor(of.length / 2)] ?? 0;
const atMost = (of: readonly number[]): string => `${median(of)} ms (median), ${Math.max(...of)} ms at most`;
tellVerdict(options.json, {
  report,
  lines: [
    `seed ${report.seed}: ${report.transfers} transfers ${report.place}, of ${Math.round(report.profileBytes / 1_000_000)} MB; messages in ${report.messages.in}, out ${report.messages.out}`,
    `down for ${atMost(downMs)}; a plain restart ${atMost(restartMs)}: ${(median(downMs) / median(restartMs)).toFixed(2)} times`,
    `answered after ${atMost(tookMs)}`,
    `logins lost ${lost.length}, in two places ${doubled.length + clones.length}, messages missing or doubled ${missing.length}`,
  ],
  failures: [...lost, ...doubled, ...missing, ...clones, ...leftBehind],
});
