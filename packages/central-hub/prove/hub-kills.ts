/**
 * kill -9 of the hub, of its session manager or of both, cuts of the line between them, and restarts of PostgreSQL, at random
 * moments under load. Browsers are played, or real with --browsers.
 *
 *     npm run prove -- hub-kills [--store sqlite|postgres] [--moments 40] [--seed N] [--browsers] [--json]
 *
 * Ends with 1 when an event is missing, doubled or out of order in the hub, when an order was carried out twice or not as it
 * was answered, when a session that got no order was started again, or when an act is missing in the audit or its chain is broken.
 */
import { freshSeed, readOptions, say } from '../../session-manager/prove/command/options.ts';
import { tellVerdict } from '../../session-manager/prove/command/verdict.ts';
import { proveHubKills } from './kills/hub-kill-proof.ts';
import { counted } from './world/counted.ts';

const { store, moments, seed, browsers, json } = readOptions({
  store: 'sqlite',
  moments: 40,
  seed: freshSeed(),
  browsers: false,
});
if (store !== 'sqlite' && store !== 'postgres') throw new Error(`--store is sqlite or postgres; it is ${store}`);
const report = await proveHubKills({ store, moments, seed, browsers, onProgress: say });
tellVerdict(json, {
  report,
  lines: [
    `${store}, ${browsers ? 'real' : 'played'} browsers, seed ${seed}: ${moments} moments (${counted(report.moments)})`,
    `${report.events} events; orders: ${counted(report.orders)}`,
  ],
  failures: report.failures,
});
