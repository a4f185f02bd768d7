/**
 * Keeps a network namespace: run in a new one, which lives as long as this process and those that enter it, and with it
 * the links in it. Opens the relays that it is told to.
 */
import { Relay, type RelayPlan } from './relay.ts';

process.on('message', async (plans: RelayPlan[]) => {
  await Promise.all(plans.map((plan) => Relay.open(plan)));
  process.send?.('open');
});
process.on('disconnect', () => process.exit());
// It ends with the proof, which has others to end before it.
process.on('SIGINT', () => undefined);
process.send?.('here');
