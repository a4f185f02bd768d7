/**
 * Moves a session there and back between two managers under messages, beside plain restarts of it: READY without a QR each
 * time, nobody has it twice, and no message is missing or told twice. Says how long it was down.
 *
 *     npm run prove -- transfer [--rounds 20] [--mb 900] [--seed N] [--in namespaces|folders] [--json]
 *
 * Each manager is in a network namespace of its own where root can make them, and reaches the other by TLS over the link
 * between them; elsewhere, and with `--in folders`, both are on one loopback with a data folder each. Ends with 1 when a login or a message was lost, two browsers had it, or something was left behind.
 */
import { parseArgs } from 'node:util';
import { errorText } from '@leadmaster/protocol';
import { choosePlace } from './transfer/place.ts';
import { proveTransfers } from './transfer/transfer-proof.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    mb: { type: 'string', default: '900' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    in: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const place = choosePlace(values.in);
process.stderr.write(`seed ${values.seed}, ${place.words}\n`);
const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort(new Error(name)));
const report = await proveTransfers({
  place,
  signal: ending.signal,
  rounds: Number(values.rounds),
  profileBytes: Number(values.mb) * 1_000_000,
  seed: Number(values.seed),
  onProgress: (line) => process.stderr.write(`${line}\n`),
}).catch((error: unknown) => {
  if (!ending.signal.aborted) throw error;
  process.stderr.write(`broken off (${errorText(error)})\n`);
  process.exit(130);
});
const { lost, doubled, missing, clones, leftBehind, tookMs, downMs, restartMs } = report;
const failures = [...lost, ...doubled, ...missing, ...clones, ...leftBehind];
const median = (of: readonly number[]): number => of.toSorted((x, y) => x - y)[Math.floor(of.length / 2)] ?? 0;
if (values.json) console.log(JSON.stringify(report));
else {
  console.log(
    `seed ${report.seed}: ${report.transfers} transfers ${report.place}, of ${Math.round(report.profileBytes / 1_000_000)} MB; messages in ${report.messages.in}, out ${report.messages.out}`,
  );
  console.log(
    `down for ${median(downMs)} ms (median), ${Math.max(...downMs)} ms at most; a plain restart ${median(restartMs)} ms (median), ${Math.max(...restartMs)} ms at most: ${(median(downMs) / median(restartMs)).toFixed(2)} times`,
  );
  console.log(`answered after ${median(tookMs)} ms (median), ${Math.max(...tookMs)} ms at most`);
  console.log(
    `logins lost ${lost.length}, in two places ${doubled.length + clones.length}, messages missing or doubled ${missing.length}`,
  );
  for (const failure of failures) console.log(`FAILED ${failure}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
