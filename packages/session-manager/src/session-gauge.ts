import { Gauge, type Registry } from 'prom-client';

/** A gauge with one sample per session, read when it is asked for; a session whose value is null has none. */
export function sessionGauge(
  registry: Registry,
  about: { name: string; help: string },
  read: () => Iterable<{ session: string; value: number | null }>,
): void {
  new Gauge({
    ...about,
    labelNames: ['session'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { session, value } of read()) if (value !== null) this.set({ session }, value);
    },
  });
}
