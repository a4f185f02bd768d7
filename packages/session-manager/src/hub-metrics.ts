import { Gauge, type Registry } from 'prom-client';
import type { StateStore } from './state/state-store.ts';

/** How many events wait for each registered hub, for Prometheus. Read when it is asked for. */
export function measureHubs(registry: Registry, { hubs, events }: Pick<StateStore, 'hubs' | 'events'>): void {
  new Gauge({
    name: 'leadmaster_hub_unconfirmed_events',
    help: 'Events that are kept and that a registered hub has not confirmed',
    labelNames: ['hub'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { id, confirmed } of hubs.all()) this.set({ hub: id }, events.measure(confirmed).events);
    },
  });
}
