/**
 * Asks the hub for everything that its contract states, well and badly, with every kind of key of two tenants and the operator.
 *
 *     npm run prove -- hub-fuzz [--requests 20000] [--seed N]
 *     npm run prove -- hub-fuzz --seed N --path P       asks again for what was found
 *
 * Hub and session manager are real, the browsers are played. Ends with 1 when anything is wrong; so is any byte of another tenant,
 * or of the machine, in an answer to a tenant.
 */
import { parseArgs } from 'node:util';
import { fuzz, tellFuzz } from '@leadmaster/testkit/fuzz';
import { playedHub } from './fuzz/played-hub.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    path: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const hub = await playedHub();
const { routes } = hub;
let told = 0;
const report = await fuzz(hub, {
  ...{ routes, requests: Number(values.requests), seed: Number(values.seed) },
  ...(values.path === undefined ? {} : { path: values.path }),
  onProgress(done) {
    if (done < told + 1000) return;
    told = done;
    process.stderr.write(`${done} requests\n`);
  },
});
const damage = hub.damage();
await hub.close();
console.log(values.json ? JSON.stringify({ ...report, damage }, null, 2) : [tellFuzz(report), ...damage].join('\n'));
process.exitCode = report.faults.length + damage.length === 0 ? 0 : 1;
