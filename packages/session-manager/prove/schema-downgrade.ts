/**
 * Tries to start an older build of WhatsApp Web, which would erase the login, on a newer profile: by a pin, by the guard, after
 * a restore, after a transfer, after an adoption; with and without a note of the profile's numbers.
 *
 *     npm run prove -- schema-downgrade [--tries 20] [--seed N] [--json]
 *
 * Ends with 1 when the older build was opened once, when a session waits for another reason than it must, or when a login
 * was not READY by itself afterwards.
 */
import { proveSchemaDowngrade } from './builds/schema-downgrade-proof.ts';
import { freshSeed, readOptions, say } from './command/options.ts';
import { tellVerdict } from './command/verdict.ts';

const options = readOptions({ tries: 20, seed: freshSeed() });
const report = await proveSchemaDowngrade({ tries: options.tries, seed: options.seed, onProgress: say });
const tries = Object.entries(report.tries).map(([door, count]) => `${door} ${count}`);
tellVerdict(options.json, {
  report,
  lines: [
    `seed ${report.seed}: ${tries.join(', ')}; numbers read from a copy before ${report.unnoted}`,
    `older builds opened or not refused as they must ${report.opened.length}, logins lost ${report.lost.length}`,
  ],
  failures: [...report.opened, ...report.lost, ...report.clones, ...report.leftBehind],
});
