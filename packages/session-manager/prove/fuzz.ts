/**
 * Asks the session manager for everything that the contract states, well and badly.
 *
 *     npm run prove -- fuzz [--requests 20000] [--seed N]
 *     npm run prove -- fuzz --seed N --path P       asks again for what was found
 *
 * The manager is real, its browsers are played. Ends with 1 when anything is wrong.
 */
import { fuzz, tellFuzz } from '@leadmaster/testkit/fuzz';
import { freshSeed, readOptions, say } from './command/options.ts';
import { playedManager } from './fuzz/played-manager.ts';

const { json, path, ...sized } = readOptions({ requests: 20_000, seed: freshSeed(), path: '' });
const manager = await playedManager();
let told = 0;
const report = await fuzz(manager, {
  ...sized,
  ...(path === '' ? {} : { path }),
  onProgress: (done) => {
    if (done < told + 1000) return;
    told = done;
    say(`${done} requests`);
  },
});
const damage = await manager.damage();
await manager.close();
console.log(json ? JSON.stringify({ ...report, damage }, null, 2) : [tellFuzz(report), ...damage].join('\n'));
process.exitCode = report.faults.length + damage.length === 0 ? 0 : 1;
