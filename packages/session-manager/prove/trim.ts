/**
 * Trims large profiles, different ones at different moments, and kills the service in the middle of some: each is at most
 * 150 MB afterwards, READY without a QR, and has every message.
 *
 *     npm run prove -- trim [--times 50] [--profile-mb 900] [--most-mb 150] [--seed N] [--json]
 *
 * A profile is used for five trims, and grown anew before each. Ends with 1 when a login, a message or a row was lost, a
 * profile stayed too large, or something was left behind.
 */
import { parseArgs } from 'node:util';
import { proveTrims } from './trim/trim-proof.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '50' },
    'profile-mb': { type: 'string', default: '900' },
    'most-mb': { type: 'string', default: '150' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
process.stderr.write(`seed ${values.seed}\n`);
const report = await proveTrims({
  times: Number(values.times),
  profileBytes: Number(values['profile-mb']) * 1_000_000,
  mostBytes: Number(values['most-mb']) * 1_000_000,
  seed: Number(values.seed),
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
const { lost, missing, tooLarge, clones, leftBehind } = report;
const failures = [...lost, ...missing, ...tooLarge, ...clones, ...leftBehind];
if (values.json) console.log(JSON.stringify(report));
else {
  const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  const moments = Object.entries(report.moments).map(([moment, count]) => `${moment} ${count}`);
  console.log(
    `seed ${report.seed}: ${report.trims} trims (${moments.join(', ')}), ${report.killed} cut short by kill -9`,
  );
  console.log(
    `profiles from ${mb(report.leastBefore)} to ${mb(report.mostBefore)}, at most ${mb(report.mostAfter)} afterwards`,
  );
  console.log(`a trim took ${report.medianMs} ms (median), ${report.slowestMs} ms at most, a stop for it included`);
  console.log(`logins lost ${lost.length}, messages or rows missing ${missing.length}, too large ${tooLarge.length}`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
