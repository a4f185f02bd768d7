/**
 * Trims large profiles, different ones at different moments, and kills the service in the middle of some: each is at most
 * 150 MB afterwards, READY without a QR, and has every message.
 *
 *     npm run prove -- trim [--times 50] [--profile-mb 900] [--most-mb 150] [--seed N] [--json]
 *
 * A profile is used for five trims, and grown again before each. Ends with 1 when a login, a message or a row was lost, a
 * profile stayed too large, or something was left behind.
 */
import { freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';
import { proveTrims } from './trim/trim-proof.ts';

const options = readOptions({ times: 50, 'profile-mb': 900, 'most-mb': 150, seed: freshSeed() });
say(`seed ${options.seed}`);
const report = await proveTrims({
  times: options.times,
  profileBytes: options['profile-mb'] * 1_000_000,
  mostBytes: options['most-mb'] * 1_000_000,
  seed: options.seed,
  onProgress: say,
});
const { lost, missing, tooLarge, clones, leftBehind } = report;
const failures = [...lost, ...missing, ...tooLarge, ...clones, ...leftBehind];
const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
const moments = Object.entries(report.moments).map(([moment, count]) => `${moment} ${count}`);
tellVerdict(options.json, {
  report,
  lines: [
    `seed ${report.seed}: ${report.trims} trims (${moments.join(', ')}), ${report.killed} cut short by kill -9`,
    `profiles from ${mb(report.leastBefore)} to ${mb(report.mostBefore)}, at most ${mb(report.mostAfter)} afterwards`,
    `a trim took ${report.medianMs} ms (median), ${report.slowestMs} ms at most, a stop for it included`,
    `logins lost ${lost.length}, messages or rows missing ${missing.length}, too large ${tooLarge.length}`,
  ],
  failures,
});
