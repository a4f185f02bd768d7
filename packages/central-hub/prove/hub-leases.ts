/**
 * Three hubs on one PostgreSQL under load; the one that reads is stopped past its lease, and continued. Browsers are played.
 *
 *     npm run prove -- hub-leases [--rounds 20] [--seed N] [--json]
 *
 * Ends with 1 when an event is missing, doubled or out of order at any hub, an order was not carried out as it was answered, or the audit lacks an act.
 */
import { freshSeed, readOptions, say } from '../../session-manager/prove/command/options.ts';
import { tellVerdict } from '../../session-manager/prove/command/verdict.ts';
import { proveHubLeases } from './kills/hub-lease-proof.ts';

const { rounds, seed, json } = readOptions({ rounds: 20, seed: freshSeed() });
const report = await proveHubLeases({ rounds, seed, onProgress: say });
tellVerdict(json, {
  report,
  lines: [`seed ${seed}: ${rounds} rounds, ${report.events} events at each of three hubs`],
  failures: report.failures,
});
